// Imports into an Arbor with a key. Whole batches are appended as long as none of their keys is
// there already and none is bad; the documents of all others go one by one, as pending trees, so
// that each conflict is settled where it comes and named by its place.
#include <algorithm>

#include "engine/base/interrupt.h"
#include "engine/json/input/relaxed_input.h"
#include "sql/access/sqlite_error.h"
#include "sql/import/import_run.h"

namespace arbors::store {

void ImportRun::read_keyed(std::optional<json::Slice> first, std::optional<json::Slice> second,
                           bool few) {
  Slices begun;
  begun.push_back(*std::move(first));
  if (second) begun.push_back(*std::move(second));
  bool by_rows = (few && store_.trees() > 0) || options_.limit.has_value();
  const std::size_t most = import_threads(store_) + 2;
  while (true) {
    Slices round = next_round(begun, by_rows ? 1 : most);
    if (round.empty()) break;
    if (!by_rows) {
      round = add_round(std::move(round));
      by_rows = !round.empty();
    } else {
      for (json::Slice& slice : round) slice = with_source(std::move(slice));
    }
    // Where many conflict, the next slices are likely to: they are not tried as batches first.
    bool conflicts = false;
    for (json::Slice& slice : round) conflicts = add_rows(slice);
    by_rows = conflicts || options_.limit.has_value();
    if (options_.limit && report_.trees >= *options_.limit) break;
  }
  store_.note_pending_columns();
}

ImportRun::Slices ImportRun::next_round(Slices& begun, std::size_t most) {
  Slices round;
  while (round.size() < most) {
    if (!begun.empty()) {
      round.push_back(std::move(begun.front()));
      begun.erase(begun.begin());
      continue;
    }
    auto next = stream_->next();
    if (!next) break;
    round.push_back(*std::move(next));
  }
  return round;
}

// Appends slices as batches, as long as their keys are new; gives the slices that are left. No
// rows can be added meanwhile: the workers share the dictionary.
ImportRun::Slices ImportRun::add_round(Slices round) {
  store_.fold_pending();
  batch::SharedPaths paths(store_.writable_paths());
  ImportWorkers::Options options = worker_options();
  options.keeps = true;
  const auto threads = std::min<std::size_t>(import_threads(store_), round.size());
  ImportWorkers workers(static_cast<unsigned>(threads), paths, options);
  std::uint64_t number = 0;
  for (json::Slice& slice : round) {
    slice.set_number(number++);
    workers.push(std::move(slice));
  }
  Slices left;
  while (workers.inside() > 0) {
    ImportWorkers::Result result = workers.wait();
    const bool has_trees = result.built != nullptr;
    std::optional<KeyRun> keys;
    if (left.empty() && has_trees) keys = store_.new_keys(result.built, paths);
    if (left.empty() && (keys || !has_trees)) {
      take(result, paths, std::move(keys));
    } else {
      left.push_back(std::move(result.slice));
    }
  }
  return left;
}

json::Slice ImportRun::with_source(json::Slice given) const {
  const ImportWorkers::Options options = worker_options();
  return options.member ? given.with_member(options.member) : std::move(given);
}

bool ImportRun::add_rows(json::Slice& slice) {
  const ImportWorkers::Options options = worker_options();
  batch::BatchBuilder checker;
  checker.set_leniency(options.leniency);
  std::vector<json::SplitFault> rejected;
  bool conflicts = false;
  std::size_t at = 0;
  for (; at < slice.documents().size(); ++at) {
    if (options_.limit && report_.trees >= *options_.limit) break;
    poll_interrupt();
    auto fault = checker.add_slice(slice, options.on_error, at, 1);
    if (fault.empty())
      if (auto bad_key = add_row(slice, slice.documents()[at], conflicts))
        fault.push_back(*std::move(bad_key));
    if (fault.empty()) continue;
    rejected.push_back(std::move(fault.front()));
    if (!options_.skips()) break;
  }
  add_faults(slice, at, rejected);
  for (const json::SplitFault& fault : rejected) reject(fault);
  if (progress_.due()) progress_.show(state());
  return conflicts;
}

// Gives a fault where the document has no key that will do.
std::optional<json::SplitFault> ImportRun::add_row(const json::Slice& slice,
                                                   const json::DocumentSpan& document,
                                                   bool& conflicts) {
  std::string_view text = slice.document(document);
  const std::string finite =
      options_.nonfinite_null ? json::without_nonfinite(text) : std::string();
  if (!finite.empty()) text = finite;
  try {
    const Placed::As placed = store_.place(text, std::nullopt, options_.on_conflict).as;
    conflicts |= placed != Placed::As::Added;
    report_.trees += placed == Placed::As::Ignored ? 0 : 1;
    report_.replaced += placed == Placed::As::Replaced ? 1 : 0;
    return std::nullopt;
  } catch (const SqliteError& error) {
    if (error.code() != ErrorCode::Constraint) throw;
    const std::uint64_t byte = document.file_offset + 1;
    const std::uint64_t line_byte = document.file_offset - document.line_offset + 1;
    if (error.result() == SQLITE_CONSTRAINT_UNIQUE)
      throw SqliteError(error.result(), names_[document.file] +
                                            json::place_text(document.line, byte, line_byte) +
                                            ": " + error.what());
    return json::SplitFault{document.line, byte,         line_byte,
                            document.file, error.what(), std::string(slice.document(document))};
  }
}

}  // namespace arbors::store
