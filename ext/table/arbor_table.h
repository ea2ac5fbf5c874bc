// The virtual table of one Arbor: its store, and its columns as SQLite numbers them. Its callbacks
// are in arbor_module.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "ext/session/declaration.h"
#include "ext/session/session.h"
#include "ext/table/repeated_lookups.h"
#include "ext/table/table_facts.h"
#include "ext/table/write_scans.h"
#include "sql/access/sqlite.h"
#include "sql/store/store.h"

namespace arbors::ext {

struct ReadScan;  // ext/scan/scan_request.h

struct TableColumn {
  std::string name;
  Path path;
  Affinity affinity = Affinity::None;
  Collation collation = Collation::Binary;
  bool object = false;   // a hidden one, of a path that holds objects
  bool boolean = false;  // declared so: 0 and 1 that are written through it are stored as booleans
};

// Columns as SQLite numbers them: the data columns first, the visible ones and then those of
// objects, then the other hidden ones.
struct ArborTable : sqlite3_vtab {
  explicit ArborTable(SessionPtr of)
      : sqlite3_vtab(), session(std::move(of)), held(session->lookups()) {}
  ArborTable(const ArborTable&) = delete;
  ArborTable& operator=(const ArborTable&) = delete;
  ~ArborTable() { sqlite3_free(zErrMsg); }  // SQLite does not after every callback

  enum class Hidden : int { Tree, Index, Generation, Patch, Name };

  SessionPtr session;
  const TableLookups::Hold held;
  std::string schema;
  std::string name;
  StorePtr store;
  std::vector<TableColumn> columns;
  bool has_name_column = true;   // false where another column has the table's own name
  int own_column = -1;           // that other one, if it is a data column
  bool own_column_read = false;  // it is what was handed out last
  bool utf8 = true;              // the database's encoding, in whose bytes BINARY texts are ordered
  TableFacts facts;
  WriteScans write_scans;
  std::shared_ptr<const ReadScan> last_scan;  // a statement that runs again opens another cursor
  std::weak_ptr<RepeatedLookups> lookups;     // of the cursors that are open

  int hidden(Hidden which) const {
    return static_cast<int>(columns.size()) + static_cast<int>(which);
  }
  bool is_data(int column) const {
    return column >= 0 && column < static_cast<int>(columns.size());
  }
  // The name of any column but the rowid.
  std::string column_name(int column) const;
  // The number of a column by its name, -1 for the rowid's empty one; throws Error{Invalid} where
  // there is none.
  int column_number(std::string_view column) const;
  // Throws Error{Invalid} that says where MATCH may stand.
  [[noreturn]] void refuse_match() const;
};

}  // namespace arbors::ext
