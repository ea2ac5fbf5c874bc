// A scan of an Arbor's table: holds its snapshot and row stream from xFilter on, hands out values a
// run at a time. The hot loop of reading: xNext and xColumn do next to nothing.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "engine/exec/query/source_statistics.h"
#include "engine/exec/rows/point_stream.h"
#include "engine/exec/rows/row_run.h"
#include "engine/plan/logical_plan.h"
#include "ext/scan/scan_plan.h"
#include "ext/scan/scan_request.h"
#include "ext/table/arbor_table.h"
#include "sql/state/snapshot.h"

namespace arbors::ext {

// The type of the pointer that the table's own column hands to the MATCH function.
inline constexpr const char* kCursorPointer = "arbor cursor";

class ArborCursor : public sqlite3_vtab_cursor {
 public:
  explicit ArborCursor(ArborTable& table);
  ~ArborCursor();

  void filter(const char* words, std::span<sqlite3_value*> arguments);
  void next() {
    if (++row_ < rows_) return;
    const HostLimits::Watch watch(table_.session->limits());
    next_run();
  }
  bool at_end() {
    if (run_ == nullptr && write_scan_ != nullptr) write_scan_->ended = true;
    return run_ == nullptr;
  }
  // Tells whether an UPDATE leaves the column as it is, which then is not read. But of _generation
  // it must be told where it writes an older one.
  bool stays(sqlite3_context* context, int number) const {
    return sqlite3_vtab_nochange(context) != 0 &&
           !(old_generation_ && number == table_.hidden(ArborTable::Hidden::Generation));
  }
  void column(sqlite3_context* context, int number);
  std::int64_t rowid() {
    rowid_asked_ = true;
    return run_->rowid(row_);
  }
  // Whether a MATCH is true of the current row because the scan went by it.
  bool matches(std::string_view expression) const;
  std::string tree() const;  // the current row's

 private:
  // What a scan's rows come from: those that are known, one by one, or a plan over some of them.
  using Places = std::vector<exec::RowRef>;
  using Way = std::variant<Places, ScannedRows>;

  Way choose_way(std::optional<std::int64_t> generation);
  void take_way(Places places);
  void take_way(ScannedRows rows);

  void next_run();
  void run(const plan::NodePtr& plan, std::uint64_t expected_rows);
  exec::BoundSource bind(const plan::Source& source);
  plan::NodePtr optimized(const plan::NodePtr& plan);
  void read_words(const char* words);
  ScanRequest request_in(const char* words);
  RepeatedLookups::Lookup& repeated();  // in the words that were read
  bool is_own_match(const Term& term) const;
  void allow_matches();
  bool prefers_table();
  std::optional<std::vector<std::int64_t>> search();
  bool make_lookup_table();
  std::optional<Places> look_up();
  bool may_hand_out(std::size_t rows) const;

  ArborTable& table_;
  const HostLimits::Hold hold_;
  std::shared_ptr<RepeatedLookups> lookups_;  // null: nothing has been looked up yet
  std::shared_ptr<store::Snapshot> snapshot_;
  bool old_generation_ = false;  // the snapshot is of one that was asked for, and not the newest
  WriteScanPtr write_scan_;
  exec::RowStreamPtr stream_;
  plan::NodePtr with_duplicates_;  // what a scan for distinct rows leaves rows out of; else null
  bool rowid_asked_ = false;
  exec::RowRunPtr run_;  // null at the end
  std::uint32_t row_ = 0;
  std::uint32_t rows_ = 0;
  std::vector<exec::ColumnBlock> blocks_;  // of this run, by column number; empty: none is read yet
  std::vector<std::size_t> read_;          // the numbers of those that were read
  std::string text_;                       // a tree's text while it is handed out

  std::vector<std::string> matched_;  // expressions that are true of every row of the scan
  std::vector<std::string> allowed_;  // expressions whose paths the host lets the statement read

  std::string words_;  // what request_ was read from
  ScanRequest request_;
  RepeatedLookups::Lookup* repeated_ = nullptr;  // in these words; null: not asked for yet
  std::optional<exec::PointReader> points_;      // of rows that are known
  std::shared_ptr<store::Snapshot> points_of_;   // the snapshot of points_

  const exec::SourceBinder bind_ = [this](const plan::Source& source) { return bind(source); };
  std::optional<exec::SourceStatistics> statistics_;  // what the optimizer knows of the snapshot
  std::shared_ptr<store::Snapshot> known_of_;         // the snapshot of statistics_
};

}  // namespace arbors::ext
