// A scan of an arbor_view: runs its plan under what SQLite pushes down, or looks rows up that it
// gave before, and hands out values a run at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/exec/query/query.h"
#include "engine/exec/rows/row_run.h"
#include "ext/host/handed_text.h"
#include "ext/host/host_limits.h"
#include "ext/plans/view_lookups.h"
#include "ext/plans/view_table.h"
#include "ext/scan/scan_request.h"

namespace arbors::ext {

class ViewCursor : public sqlite3_vtab_cursor {
 public:
  explicit ViewCursor(View& view)
      : sqlite3_vtab_cursor{},
        view_(view),
        hold_(view.session->limits().hold()),
        lookups_(ViewLookups::shared(view.lookups)) {}

  void filter(const char* words, std::span<sqlite3_value*> arguments);
  void next() {
    ++index_;
    if (++row_ >= run_->size()) next_run();
  }
  bool at_end() const { return run_ == nullptr; }
  void column(sqlite3_context* context, int number);
  std::int64_t rowid() const {
    return 1 + (source_ ? static_cast<std::int64_t>(run_->position(row_)) : index_);
  }

 private:
  void read_words(const char* words);
  void allow_plan() const;
  void allow_column(int number);
  void freeze();
  std::optional<plan::RowRestriction> look_up();
  void make_lookup_rows();
  bool make_lookup_table();
  void next_run();

  View& view_;
  const HostLimits::Hold hold_;
  std::string words_;  // what request_ was read from
  ScanRequest request_;
  exec::TreeSourcePtr source_;  // the plan's rows, where they are read again and again
  std::shared_ptr<ViewLookups> lookups_;
  std::shared_ptr<ViewLookups::Lookup> repeated_;  // in these words
  std::uint32_t filters_ = 0;                      // the same, by this cursor
  exec::SourceBinder bind_source_ = [this](const plan::Source&) {
    return exec::BoundSource(source_);
  };
  exec::RowStreamPtr stream_;
  exec::RowRunPtr run_;
  std::uint32_t row_ = 0;
  std::int64_t index_ = 0;
  std::vector<exec::ColumnBlock> blocks_;
  std::vector<bool> allowed_;  // columns, _tree last, that the host lets the statement read
  HandedText tree_;
};

}  // namespace arbors::ext
