// arbor_check: reads everything that is stored and lists what contradicts itself.
#include <array>
#include <charconv>
#include <map>
#include <set>
#include <unordered_set>

#include "engine/base/interrupt.h"
#include "engine/batch/columns/column_codec.h"
#include "engine/batch/trees/tree_writer.h"
#include "sql/batches/stored_batch.h"
#include "sql/store/store_impl.h"
#include "sql/tables/chunk_seal.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMostFaults = 100;
constexpr std::uint64_t kStepsATree = 16;  // of polling

class Checker {
 public:
  explicit Checker(Store::Impl& store) : store_(store) {}

  std::vector<std::string> run() {
    attempt([&] { check_trees(); });
    attempt([&] { store_.meta_->read_options(); });
    attempt([&] { check_rows(); });
    if (faults_.empty()) attempt([&] { store_.refresh(); });
    directory_is_sound_ = faults_.empty();
    attempt([&] { check_segments(); });
    attempt([&] { check_chunks(); });
    if (directory_is_sound_) {
      attempt([&] { check_paths(); });
      attempt([&] { check_generations(); });
      attempt([&] { check_state(); });
      attempt([&] { check_indexes(); });
      attempt([&] { check_key(); });
      for (const auto& stored : batches_) {
        attempt([&] { check_batch(stored.first, stored.second); });
      }
    }
    return std::move(faults_);
  }

 private:
  void fault(std::string sentence) {
    if (faults_.size() < kMostFaults) faults_.push_back(std::move(sentence));
  }

  template <typename Work>
  void attempt(Work&& work) {
    try {
      work();
    } catch (const SqliteError& error) {
      // A statement that cannot be prepared: a table is missing, or has other columns.
      if (error.result() != SQLITE_ERROR) throw;
      fault("the tables of '" + store_.names_.table + "' are incomplete: " + error.what());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::Corrupt && error.code() != ErrorCode::NotFound) throw;
      fault(error.what());
    }
  }

  // Asks SQLite about its B-trees: a page that counts fewer rows than it has loses the last ones,
  // which may be the newest records of the log, that no seal tells of.
  void check_trees() {
    std::vector<std::string> parts = index_parts(store_.connection_->db, store_.names_);
    for (const std::string_view part : shadow_parts()) parts.emplace_back(part);
    for (const std::string& part : parts) {
      const std::string table = store_.names_.table + "_" + part;
      const std::vector<std::string> answers = tree_faults(table);
      // A page that could not be read just then is no fault of the file, but is listed as one.
      if (!answers.empty() && tree_faults(table) != answers)
        throw_sqlite(nullptr, SQLITE_IOERR_READ, "checking");
      for (const std::string& line : answers) {
        throw_unless_of_the_file(line);
        fault(std::string("the table '").append(table).append("': ").append(line));
      }
    }
  }

  // SQLite answers `ok`, or faults under a heading that names the database.
  std::vector<std::string> tree_faults(const std::string& table) {
    Statement ask(store_.connection_->db, "PRAGMA " + quoted_name(store_.names_.schema) +
                                              ".integrity_check(" + quoted_name(table) + ")");
    Statement::Use use(ask);
    std::vector<std::string> lines;
    while (use.step()) {
      std::string_view answer = use.text(0);
      if (answer == "ok") continue;
      while (!answer.empty()) {
        const std::string_view line = answer.substr(0, answer.find('\n'));
        if (!line.starts_with("***")) lines.emplace_back(line);
        answer.remove_prefix(std::min(answer.size(), line.size() + 1));
      }
    }
    return lines;
  }

  // The same where it could not be read twice.
  static void throw_unless_of_the_file(std::string_view line) {
    constexpr std::string_view kCode = "error code=";
    const std::size_t at = line.find(kCode);
    if (at == std::string_view::npos) return;
    int code = SQLITE_CORRUPT;
    const std::string_view digits = line.substr(at + kCode.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), code);
    if ((code & 0xFF) != SQLITE_CORRUPT) throw_sqlite(nullptr, code, "reading a page");
  }

  // Checks the seals of all rows that say what is where.
  void check_rows() {
    const auto found = [&](std::string sentence) { fault(std::move(sentence)); };
    attempt([&] { path_seals_ = store_.path_table_->check(found); });
    attempt([&] { store_.log_->check(ends_of_kept(), found); });
    attempt([&] { segments_ = store_.segment_table_->read_all(found); });
  }

  // Behind these records of the log others may be gone.
  std::set<std::int64_t> ends_of_kept() {
    std::set<std::int64_t> ends;
    try {
      for (const KeptGeneration& kept : store_.meta_->retained().kept) ends.insert(kept.seal);
    } catch (const Error&) {
      return {};  // which has been told already
    }
    return ends;
  }

  void check_paths() {
    if (path_seals_ != store_.columns_->seal())
      fault("the paths of '" + store_.names_.table + "' are not those that its change log knows");
  }

  void check_segments() {
    for (const SegmentVersion& segment : segments_) {
      const auto [known, added] = batches_.try_emplace(segment.run.batch, segment.facts);
      if (!added && (known->second.nonce != segment.facts.nonce ||
                     known->second.trees != segment.facts.trees)) {
        fault("segments disagree about " + store_.chunks_->describe(segment.run.batch));
      }
      if (directory_is_sound_ && segment.run.batch >= store_.counts_.next_batch) {
        fault(store_.chunks_->describe(segment.run.batch) + " has a number that was not given yet");
      }
    }
  }

  // Checks each chunk's seal, checksum and owner.
  void check_chunks() {
    Statement list(store_.connection_->db,
                   "SELECT key, stats, data FROM " + store_.names_("chunk"));
    Statement::Use use(list);
    while (use.step()) {
      poll_interrupt();
      const std::int64_t key = use.integer(0);
      const auto batch = static_cast<std::uint32_t>(key);
      const auto path = static_cast<std::uint64_t>(key) >> 32;
      const std::string where = store_.chunks_->describe(batch) + ", path " + std::to_string(path);
      const auto known = batches_.find(batch);
      if (known == batches_.end()) {
        if (directory_is_sound_) fault(where + ": no segment refers to it");
        continue;
      }
      if (directory_is_sound_ && path >= store_.paths_->size())
        fault(where + ": there is no such path");
      attempt([&] {
        try {
          const Sealed sealed = unseal(use.blob_alone(1), static_cast<PathId>(path));
          if (sealed.nonce != known->second.nonce) fault(where + ": it belongs to another batch");
          if (!matches(sealed, use.blob_alone(2))) fault(where + ": the data fails its checksum");
        } catch (const Error& error) {
          fault(where + ": " + error.what());
        }
      });
    }
  }

  // Makes the state of each generation that is kept alone, and finds those that tags name.
  void check_kept() {
    const Retained retained = store_.meta_->retained();
    for (const KeptGeneration& kept : retained.kept) {
      attempt([&] { store_.state_of(retained, kept.generation); });
    }
    for (const auto& [tag, generation] : retained.tags) {
      if (!store_.is_readable(retained, generation)) {
        fault("the tag " + tag + " of '" + store_.names_.table + "' names generation " +
              std::to_string(generation) + ", which is not there");
      }
    }
  }

  // Holds the segments that each readable generation sees against those that the log knows.
  void check_generations() {
    check_kept();
    if (store_.counts_due_) return;                // what is being written is not told yet
    std::map<std::int64_t, std::int64_t> changes;  // of the seals combined, by generation
    for (const SegmentVersion& segment : segments_) {
      changes[segment.born] ^= segment.seal;
      changes[segment.died] ^= segment.seal;
    }
    const std::int64_t oldest = store_.oldest();
    std::int64_t generation = 0, known = 0, found = 0;
    auto change = changes.begin();
    const auto compare = [&] {
      for (; change != changes.end() && change->first <= generation; ++change) {
        found ^= change->second;
      }
      if (generation >= oldest && found != known) {
        fault("the segments of generation " + std::to_string(generation) + " of '" +
              store_.names_.table + "' are not those that its change log knows");
      }
    };
    store_.log_->read_from(store_.base_of(oldest), [&](const Record& record) {
      if (record.generation != generation) compare();
      generation = record.generation;
      if (tells_counts(record.op)) known = record.counts.segments_seal;
    });
    compare();
  }

  // Checks rowids and counts of the current generation, and the pending trees.
  void check_state() {
    const auto snapshot = store_.snapshot();
    std::unordered_set<std::int64_t> rowids;
    PolledSteps steps;
    for (const exec::Segment& segment : snapshot->segments()) {
      for (std::uint32_t row = 0; row < segment.rows; ++row) {
        if (!segment.is_live(row)) continue;
        steps.step();
        const std::int64_t rowid = segment.rowid(row);
        if (!rowids.insert(rowid).second) {
          fault("rowid " + std::to_string(rowid) + " of '" + store_.names_.table +
                "' stands twice");
        }
        if (rowid >= store_.counts_.next_rowid) {
          fault("rowid " + std::to_string(rowid) + " of '" + store_.names_.table +
                "' was not given yet");
        }
      }
    }
    if (snapshot->trees() != store_.state_->trees()) {
      fault("'" + store_.names_.table + "' miscounts its trees");
    }
    const auto history = store_.history();
    if (!history.empty() && history.back().trees != snapshot->trees()) {
      fault("the change log of '" + store_.names_.table + "' miscounts its trees");
    }
  }

  // Looks every value up in each index, and counts what is there besides.
  void check_indexes() {
    const auto snapshot = store_.snapshot();
    for (const auto& index : store_.indexes_) {
      const std::string where =
          "the index of '" + store_.names_.table + "' on '" + to_text(index->path()) + "'";
      std::uint64_t expected = 0, missing = 0;
      for (const exec::Segment& segment : snapshot->segments()) {
        const auto batch = snapshot->open_batch(segment.batch);
        Store::Impl::for_each_row(*batch, segment, index->path(),
                                  [&](const IndexKeys& keys, std::int64_t rowid) {
                                    expected += keys.size();
                                    for (const Value& key : keys)
                                      missing += index->holds(key, rowid) ? 0 : 1;
                                  });
      }
      const std::uint64_t extra = index->entries() + missing - expected;
      if (missing > 0) fault(where + " lacks " + std::to_string(missing) + " entries");
      if (extra > 0) fault(where + " has " + std::to_string(extra) + " entries too many");
    }
  }

  // Looks every tree's key up, and counts what the key's index has besides. A tree that has no key
  // is an error of its own.
  void check_key() {
    if (store_.key_ == nullptr) return;
    UniqueKeyIndex& index = *store_.key_;
    const std::string& table = store_.names_.table;
    std::uint64_t expected = 0, missing = 0;
    const auto snapshot = store_.snapshot();
    for (const exec::Segment& segment : snapshot->segments()) {
      poll_interrupt();
      const auto [rows, rowids] = rows_alive(segment);
      const KeyReader keys(*snapshot->open_batch(segment.batch), index.columns(), rows);
      for (std::size_t at = 0; at < rows.size(); ++at) {
        const std::int64_t rowid = rowids[at];
        try {
          const TreeKey key = keys.at(at, table);
          expected += UniqueKeyIndex::entries_of(key);
          missing += index.holds(key, rowid) ? 0 : UniqueKeyIndex::entries_of(key);
        } catch (const SqliteError& error) {
          if (error.code() != ErrorCode::Constraint) throw;
          fault("the tree of '" + table + "' with rowid " + std::to_string(rowid) +
                " has no key: " + error.what());
        }
      }
    }
    const std::string where =
        "the index of the key of '" + table + "' (" + index.columns().text() + ")";
    const std::uint64_t entries = index.entries();
    if (missing > 0) fault(where + " lacks " + std::to_string(missing) + " entries");
    if (entries + missing > expected)
      fault(where + " has " + std::to_string(entries + missing - expected) + " entries too many");
    for (const UniqueKeyIndex::Duplicate& each : index.duplicates(1))
      fault("trees of '" + table + "' have the same key, at rowids " + std::to_string(each.first) +
            " and " + std::to_string(each.last));
  }

  // Rebuilds every tree of a batch, and holds the statistics against the values.
  void check_batch(std::uint32_t batch, const BatchFacts& facts) {
    StoredBatch reader(store_.chunks_, store_.published(), batch, facts);
    std::uint32_t pools = 0;
    for (PathId path = 0; path < store_.paths_->size(); ++path) {
      const batch::Statistics* statistics = reader.statistics(path);
      if (statistics == nullptr) continue;
      pools += batch::pool_count(*statistics);
      const batch::VectorPtr column = reader.column(path);
      check_statistics(store_.chunks_->describe(batch) + ", path " + store_.paths_->text(path),
                       *statistics, *column);
    }
    if (pools != facts.pools)
      fault(store_.chunks_->describe(batch) + " lacks or has extra columns");
    batch::TreeWriter writer(reader);
    std::string tree;
    for (std::uint32_t row = 0; row < facts.trees; ++row) {
      poll_interrupt(kStepsATree);
      tree.clear();
      writer.write_tree(row, tree);
    }
  }

  void check_statistics(const std::string& where, const batch::Statistics& statistics,
                        const batch::Vector& column) {
    std::array<std::uint32_t, batch::kTags> counts{};
    bool bounds = true;
    PolledSteps steps;
    for (std::uint32_t row = 0; row < column.rows; ++row, steps.step()) {
      const batch::Tag tag = column.tag(row);
      ++counts[static_cast<unsigned>(tag) % batch::kTags];
      if (tag == batch::Tag::Integer) {
        bounds &= column.integers[row] >= statistics.integer_min &&
                  column.integers[row] <= statistics.integer_max;
      } else if (tag == batch::Tag::Real || tag == batch::Tag::BigNumber) {
        bounds &=
            column.reals[row] >= statistics.real_min && column.reals[row] <= statistics.real_max;
      } else if (tag == batch::Tag::String) {
        const std::string_view text = column.text(row);
        bounds &= text >= statistics.string_min &&
                  (statistics.string_max_open || text <= statistics.string_max) &&
                  statistics.may_hold_string(text);
      }
    }
    if (counts != statistics.counts) fault(where + ": the statistics miscount its values");
    if (!bounds) fault(where + ": a value lies outside of the statistics");
  }

  Store::Impl& store_;
  std::vector<std::string> faults_;
  std::vector<SegmentVersion> segments_;  // those that are sound
  std::int64_t path_seals_ = 0;
  bool directory_is_sound_ = false;  // all but the chunks and the indexes
  std::map<std::uint32_t, BatchFacts> batches_;
};

}  // namespace

std::vector<std::string> Store::Impl::check() { return Checker(*this).run(); }

}  // namespace arbors::store
