#include "sql/import/import_run.h"

#include <algorithm>
#include <thread>

#include "engine/base/interrupt.h"
#include "sql/import/source_member.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMostListed = 20;  // rejected lines in the report

}  // namespace

unsigned import_threads(const Store& store) {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return store.connection()->threads != 0 ? store.connection()->threads : cores;
}

ImportRun::ImportRun(Store& store, const std::vector<std::string>& names,
                     const ImportOptions& options, std::uint64_t total)
    : store_(store),
      names_(names),
      options_(options),
      members_(source_members(options, names)),
      total_(total),
      rejects_(store.connection()->db, options.rejects),
      progress_(options.progress) {}

void ImportRun::run(SliceStream& stream) {
  stream_ = &stream;
  if (options_.on_conflict != OnConflict::Error && !store_.has_key())
    throw_invalid("the option 'on_conflict' wants a key of '" + store_.table() +
                  "', which arbor_option('" + store_.table() + "', 'key', …) sets");
  if (options_.if_exists == IfExists::Replace) store_.clear();
  if (options_.limit != 0) read();
  report_.bytes = stream.bytes();
}

ImportWorkers::Options ImportRun::worker_options() const {
  using Builder = batch::BatchBuilder;
  ImportWorkers::Options options{
      options_.skips() ? Builder::OnError::Skip : Builder::OnError::Stop, leniency(), {}};
  if (!members_.empty())
    options.member = [this](std::uint32_t file) { return std::string_view(members_[file]); };
  return options;
}

batch::BatchBuilder::Leniency ImportRun::leniency() const {
  return {options_.nonfinite_null, !options_.rejects.empty()};
}

void ImportRun::read() {
  auto first = stream_->next();
  if (!first) return;
  auto second = stream_->next();
  const bool few = !second && first->documents().size() <= kFewTrees;
  if (store_.has_key()) return read_keyed(std::move(first), std::move(second), few);
  if (!few || store_.trees() == 0) return read_batches(std::move(first), std::move(second));
  json::Slice slice = with_source(*std::move(first));
  add_rows(slice);  // a batch of their own would be too small
  store_.note_pending_columns();
}

void ImportRun::read_batches(std::optional<json::Slice> first, std::optional<json::Slice> second) {
  // Pending trees come before the new ones; folding them now lets the dictionary be shared.
  store_.fold_pending();
  batch::SharedPaths paths(store_.writable_paths());
  const unsigned threads = import_threads(store_);
  ImportWorkers workers(second ? threads : 1, paths, worker_options());
  const std::size_t most_inside = threads + 2;
  for (auto slice = std::move(first); slice;) {
    while (workers.inside() >= most_inside || must_wait(workers, *slice)) collect(workers, paths);
    if (options_.limit && report_.trees >= *options_.limit) break;
    const std::uint64_t most =
        options_.limit ? *options_.limit - report_.trees - workers.documents() : UINT64_MAX;
    workers.push(std::move(*slice), most);
    slice = second ? std::move(second) : stream_->next();
    second.reset();
  }
  while (workers.inside() > 0) collect(workers, paths);
}

// Says whether the limit may fall into this slice: then what is before it must be counted first.
bool ImportRun::must_wait(const ImportWorkers& workers, const json::Slice& slice) const {
  return options_.limit && workers.inside() > 0 &&
         *options_.limit - report_.trees < workers.documents() + slice.documents().size();
}

void ImportRun::collect(ImportWorkers& workers, const batch::SharedPaths& paths) {
  take(workers.wait(), paths);
}

void ImportRun::take(const ImportWorkers::Result& result, const batch::SharedPaths& paths,
                     std::optional<KeyRun> keys) {
  poll_interrupt();
  for (const json::SplitFault& fault : result.rejected) reject(fault);
  if (result.batch.trees > 0) store_.append(result.batch, &paths, std::move(keys));
  report_.trees += result.batch.trees;
  if (progress_.due()) progress_.show(state());
}

void ImportRun::reject(const json::SplitFault& fault) {
  const std::string& name = names_[fault.file];
  if (!options_.skips())
    throw_invalid(name + json::place_text(fault.line, fault.byte, fault.line_byte) + ": " +
                  fault.reason);
  ++report_.rejected;
  rejects_.add(name, without_member(fault));
  if (report_.first_rejected.size() < kMostListed) report_.first_rejected.push_back({name, fault});
}

// Gives a rejected document's text as it stands in the file.
json::SplitFault ImportRun::without_member(json::SplitFault fault) const {
  if (members_.empty() || !fault.text.ends_with(members_[fault.file] + "}")) return fault;
  fault.text.resize(fault.text.size() - members_[fault.file].size() - 1);
  if (fault.text.ends_with(',')) fault.text.pop_back();
  fault.text += '}';
  return fault;
}

ImportState ImportRun::state() const {
  const std::size_t file = std::min(stream_->file(), names_.size() - 1);
  return {total_ > 0 ? names_[file] : "",
          file + 1,
          names_.size(),
          report_.trees,
          stream_->consumed(),
          total_,
          0};
}

}  // namespace arbors::store
