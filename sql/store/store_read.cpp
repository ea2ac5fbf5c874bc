#include <algorithm>

#include "engine/batch/trees/tree_writer.h"
#include "sql/batches/stored_batch.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

// Rows that are cut out alone, and times that this is done in one state, before a snapshot of the
// whole, which then serves all, is worth its making.
constexpr std::uint32_t kMostRowsCut = 16;

}  // namespace

// Readers get a copy, for workers may read it while the writer's grows.
const std::shared_ptr<const PathDictionary>& Store::Impl::published() {
  if (published_ == nullptr || published_->size() != paths_->size())
    published_ = std::make_shared<const PathDictionary>(*paths_);
  return published_;
}

std::shared_ptr<Snapshot> Store::Impl::snapshot() {
  refresh();
  return current();
}

const std::shared_ptr<Snapshot>& Store::Impl::current() {
  if (cached_ == nullptr) {
    const PendingBlocks blocks = state_->blocks(*paths_);
    // Kept when it is whole: memory may run out.
    auto made = std::make_shared<Snapshot>(generation_, chunks_, published(), *state_, blocks,
                                           row_readers());
    std::vector<Path> indexed;
    for (const auto& index : indexes_) indexed.push_back(index->path());
    if (key_ != nullptr) indexed.push_back(key_->paths().path());
    made->offer_indexes(std::move(indexed));
    pin(made);
    cached_ = std::move(made);
  }
  return cached_;
}

const std::shared_ptr<RowReaders>& Store::Impl::row_readers() {
  if (row_readers_ == nullptr) row_readers_ = std::make_shared<RowReaders>(connection_);
  return row_readers_;
}

std::shared_ptr<Snapshot> Store::Impl::snapshot_of(std::span<const std::int64_t> rowids) {
  refresh();
  if (cached_ != nullptr || rowids.size() > kMostRowsCut || ++rows_cut_ > kMostRowsCut)
    return current();
  std::vector<GenerationState::Found> rows;
  for (const std::int64_t rowid : rowids) {
    if (const auto found = state_->find(rowid)) rows.push_back(*found);
  }
  std::sort(rows.begin(), rows.end(),
            [](const GenerationState::Found& left, const GenerationState::Found& right) {
              return left.position < right.position;
            });
  auto snapshot =
      std::make_shared<Snapshot>(generation_, chunks_, published(), *state_, rows, row_readers());
  connection_->pins.add(snapshot);  // not one of pins_: it lacks rows
  return snapshot;
}

void Store::Impl::pin(const std::shared_ptr<Snapshot>& snapshot) {
  std::erase_if(pins_, [](const auto& pin) { return pin.expired(); });
  pins_.push_back(snapshot);
  connection_->pins.add(snapshot);
}

std::unique_ptr<GenerationState> Store::Impl::state_of(const Retained& retained,
                                                       std::int64_t generation) {
  std::vector<Record> records;
  log_->read_from(base_of(generation), until(retained, generation),
                  [&](Record& record) { records.push_back(std::move(record)); });
  return replay(records, generation);
}

std::shared_ptr<Snapshot> Store::Impl::snapshot(std::int64_t generation) {
  refresh();
  if (generation == generation_) return snapshot();
  const Retained retained = meta_->retained();
  if (!is_readable(retained, generation)) {
    for (const auto& pin : pins_) {
      auto held = pin.lock();
      if (held != nullptr && held->generation() == generation) return held;
    }
    refuse_gone(retained, std::to_string(generation));
  }
  // A join asks for the same again and again.
  if (auto made = older_.lock(); made != nullptr && made->generation() == generation) return made;
  const auto state = state_of(retained, generation);
  const PendingBlocks blocks = state->blocks(*paths_);
  auto snapshot =
      std::make_shared<Snapshot>(generation, chunks_, published(), *state, blocks, row_readers());
  pin(snapshot);
  older_ = snapshot;
  return snapshot;
}

// Reads one row without cutting a snapshot, so that an UPDATE costs the same however much is
// pending.
std::optional<std::string> Store::Impl::tree(std::int64_t rowid) {
  if (const auto pending = state_->pending_text(rowid)) return std::string(*pending);
  const auto place = state_->find_stored(rowid);
  if (!place) return std::nullopt;
  const SegmentVersion& segment = state_->segments()[place->segment];
  const std::uint32_t row = segment.run.first_row + place->row;
  // Held here: a failing read may roll back, which lets go of all that the store keeps in memory.
  const batch::RowReaderPtr reader =
      row_readers()->stored(chunks_, published(), segment.run.batch, segment.facts);
  std::string text;
  text.reserve(2 * segment.facts.json_bytes / std::max<std::uint32_t>(1, segment.facts.trees));
  reader->write_tree(row, text);
  return with_values(std::move(text), state_->values_over(*place), *paths_);
}

bool Store::Impl::note_pending_columns() {
  require_transaction();
  refresh();
  const std::size_t before = columns_->columns().size();
  const std::vector<std::string_view> texts = state_->texts().from(state_->noted_texts());
  if (!texts.empty()) {
    const PendingBlock block = build_block(texts, *paths_);
    for (const batch::ColumnBuffer& buffer : block.built->columns) {
      columns_->see(*paths_, buffer.path, batch::kinds_of(buffer.tags));
    }
  }
  // A record of its own tells other connections to read the paths again.
  if (columns_->record(*path_table_, *paths_)) counts_due_ = true;
  state_->note_texts();
  changed();
  return columns_->columns().size() != before;
}

}  // namespace arbors::store
