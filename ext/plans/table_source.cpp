#include "ext/plans/table_source.h"

#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/source/memory_source.h"
#include "ext/host/statements.h"
#include "ext/planning/operators.h"
#include "ext/plans/plan_session.h"
#include "ext/session/declaration.h"

namespace arbors::ext {
namespace {

constexpr std::uint32_t kRowsOfBatch = 65'536;

std::string quoted_name(const ArborName& table) {
  return quote_identifier(table.schema) + '.' + quote_identifier(table.table);
}

// Gathers rows into batches of columns.
class RowsInMemory {
 public:
  explicit RowsInMemory(const ArborName& table) : table_(table) {}

  void add(sqlite3_stmt* row) {
    if (builders_.empty()) builders_.resize(static_cast<std::size_t>(sqlite3_column_count(row)));
    if (names_.empty())
      for (int i = 0; i < sqlite3_column_count(row); ++i)
        names_.emplace_back(sqlite3_column_name(row, i));
    for (std::size_t i = 0; i < builders_.size(); ++i) append(builders_[i], row, i);
    if (++rows_ == kRowsOfBatch) finish_batch();
  }

  exec::TreeSourcePtr finish() {
    if (rows_ > 0 || batches_.empty()) finish_batch();
    auto paths = static_cast<const exec::ColumnBatch&>(*batches_.front()).shared_paths();
    return std::make_shared<exec::MemorySource>(std::move(batches_), std::move(paths));
  }

 private:
  void append(batch::VectorBuilder& out, sqlite3_stmt* row, std::size_t at) const {
    const int i = static_cast<int>(at);
    switch (sqlite3_column_type(row, i)) {
      case SQLITE_NULL:
        return out.append_null();
      case SQLITE_INTEGER:
        return out.append_integer(sqlite3_column_int64(row, i));
      case SQLITE_FLOAT:
        return out.append_real(sqlite3_column_double(row, i));
      case SQLITE_TEXT:
        return out.append_text(column_text(row, i));
      default:
        throw_invalid("the column " + table_.table + '.' + names_[at] +
                      " holds a blob, which is not understood here");
    }
  }

  void finish_batch() {
    std::vector<exec::NamedColumn> columns;
    for (std::size_t i = 0; i < builders_.size(); ++i)
      columns.push_back({names_[i], builders_[i].finish()});
    batches_.push_back(std::make_shared<exec::ColumnBatch>(std::move(columns), rows_));
    builders_.clear();
    rows_ = 0;
  }

  const ArborName& table_;
  std::vector<std::string> names_;
  std::vector<batch::VectorBuilder> builders_;
  std::uint32_t rows_ = 0;
  std::vector<batch::BatchReaderPtr> batches_;
};

}  // namespace

Collation declared_collation(sqlite3* db, const ArborName& table, const std::string& column) {
  const char* type = nullptr;
  const char* collation = nullptr;
  const int result =
      sqlite3_table_column_metadata(db, table.schema.c_str(), table.table.c_str(), column.c_str(),
                                    &type, &collation, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return Collation::Binary;
  const std::optional<Collation> known = known_collation(collation);
  if (!known)
    throw_invalid("the collation " + std::string(collation) + " of " + table.table + '.' + column +
                  " is not understood here");
  return *known;
}

std::vector<plan::select::Column> table_columns(Session& session, const ArborName& table) {
  std::vector<plan::select::Column> columns;
  for_each_row(session.db(),
               "SELECT name, type FROM pragma_table_xinfo(?1, ?2) WHERE hidden <> 1 ORDER BY cid",
               {table.table, table.schema}, [&](sqlite3_stmt* row) {
                 plan::select::Column& column = columns.emplace_back();
                 column.name = column_text(row, 0);
                 column.path = Path{{{PathStep::Kind::Key, column.name, 0}}};
                 column.affinity = affinity_of_type(column_text(row, 1));
                 column.collation = declared_collation(session.db(), table, column.name);
               });
  return columns;
}

exec::BoundSource bind_table(Session& session, const plan::Source& source) {
  const std::optional<ArborName> table = find_relation(session, full_name(source));
  if (!table) throw Error(ErrorCode::NotFound, "no such table: " + full_name(source));
  RowsInMemory rows(*table);
  for_each_row(session.db(), "SELECT * FROM " + quoted_name(*table), {},
               [&](sqlite3_stmt* row) { rows.add(row); });
  return exec::BoundSource(rows.finish());
}

}  // namespace arbors::ext
