#include "sql/access/statement.h"

#include <new>

namespace arbors::store {

namespace {

void check(sqlite3* db, int result, std::string_view doing) {
  if (result != SQLITE_OK) throw_sqlite(db, result, doing);
}

}  // namespace

void execute(sqlite3* db, const std::string& sql) {
  check(db, sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), "");
}

void append_quoted(std::string& sql, std::string_view name) {
  sql += '"';
  for (std::size_t quote; (quote = name.find('"')) != std::string_view::npos;) {
    sql.append(name.substr(0, quote + 1)) += '"';
    name.remove_prefix(quote + 1);
  }
  sql.append(name) += '"';
}

std::string quoted_name(std::string_view name) {
  std::string out;
  out.reserve(name.size() + 2);
  append_quoted(out, name);
  return out;
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

const std::string& Statement::sql() {
  if (table_ == nullptr) return sql_;
  const std::size_t at = text_.find('@');
  sql_.reserve(text_.size() + table_->size());
  sql_.append(text_, 0, at).append(*table_).append(text_, at + 1);
  table_ = nullptr;
  return sql_;
}

void Statement::finalize() {
  finalize_due_ = uses_ > 0;
  if (finalize_due_) return;
  sqlite3_finalize(statement_);
  statement_ = nullptr;
}

bool Statement::is_due() {
  if (statement_ == nullptr) return true;
#ifndef SQLITE_OMIT_DEPRECATED
  if (sqlite3_api->expired != nullptr) return sqlite3_api->expired(statement_) != 0;
#endif
  // A host without that function: found out by using it.
  Use use(*this);
  const int before = use.prepared_anew();
  use.step();
  return use.prepared_anew() != before;
}

Statement::Use::Use(Statement& statement) : owner_(statement), statement_(nullptr) {
  if (owner_.statement_ == nullptr) {
    const std::string& sql = owner_.sql();
    check(owner_.db_,
          sqlite3_prepare_v3(owner_.db_, sql.data(), static_cast<int>(sql.size()),
                             SQLITE_PREPARE_PERSISTENT, &owner_.statement_, nullptr),
          "");
  }
  statement_ = owner_.statement_;
  ++owner_.uses_;
}

Statement::Use::~Use() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  --owner_.uses_;
  if (owner_.finalize_due_ && owner_.uses_ == 0) owner_.finalize();
}

Statement::Use& Statement::Use::bind(int index, std::int64_t value) {
  check(owner_.db_, sqlite3_bind_int64(statement_, index, value), "");
  return *this;
}

Statement::Use& Statement::Use::bind(int index, std::string_view text) {
  const char* data = text.data() == nullptr ? "" : text.data();
  check(owner_.db_,
        sqlite3_bind_text64(statement_, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8), "");
  return *this;
}

Statement::Use& Statement::Use::bind(int index, ByteSpan blob) {
  if (blob.empty()) {
    check(owner_.db_, sqlite3_bind_zeroblob(statement_, index, 0), "");
    return *this;
  }
  check(owner_.db_, sqlite3_bind_blob64(statement_, index, blob.data(), blob.size(), SQLITE_STATIC),
        "");
  return *this;
}

Statement::Use& Statement::Use::bind(int index, const Value& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return bind_null(index);
    case ValueKind::Integer:
      return bind(index, value.integer);
    case ValueKind::Real:
      check(owner_.db_, sqlite3_bind_double(statement_, index, value.real), "");
      return *this;
    case ValueKind::Blob:
      return bind(index, ByteSpan(reinterpret_cast<const std::uint8_t*>(value.text.data()),
                                  value.text.size()));
    default:
      return bind(index, std::string_view(value.text));
  }
}

Statement::Use& Statement::Use::bind_null(int index) {
  check(owner_.db_, sqlite3_bind_null(statement_, index), "");
  return *this;
}

bool Statement::Use::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  // Names the table that failed; resets first, so that the error is not reported twice.
  const std::string doing = owner_.sql_.substr(0, owner_.sql_.find('('));
  throw_sqlite(owner_.db_, result, doing);
}

void Statement::Use::run() {
  while (step()) {
  }
  reset();
}

int Statement::Use::prepared_anew() const {
  return sqlite3_stmt_status(statement_, SQLITE_STMTSTATUS_REPREPARE, 0);
}

void Statement::Use::reset() { sqlite3_reset(statement_); }

int Statement::Use::type(int column) const { return sqlite3_column_type(statement_, column); }

bool Statement::Use::is_null(int column) const { return type(column) == SQLITE_NULL; }

std::int64_t Statement::Use::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> Statement::Use::Cell::integer_alone() const {
  if (type() != SQLITE_INTEGER) return std::nullopt;
  return integer();
}

ByteSpan Statement::Use::Cell::blob() const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_value_blob(value_));
  return {data, data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_value_bytes(value_))};
}

Value Statement::Use::Cell::value() const {
  switch (type()) {
    case SQLITE_INTEGER:
      return Value::of(integer());
    case SQLITE_FLOAT:
      return Value::of(sqlite3_value_double(value_));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value_));
      if (text == nullptr) throw std::bad_alloc();
      return Value::of(std::string(text, static_cast<std::size_t>(sqlite3_value_bytes(value_))));
    }
    case SQLITE_BLOB: {
      return Value::blob(std::string(text_of(blob())));
    }
    default:
      return Value::null();
  }
}

std::string_view Statement::Use::text(int column) const {
  const bool null = is_null(column);
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (null) return {};
  if (data == nullptr) throw std::bad_alloc();
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ByteSpan Statement::Use::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data,
          data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

ByteSpan Statement::Use::blob_alone(int column) const {
  if (type(column) != SQLITE_BLOB) throw_corrupt("a value that should be a blob is none");
  return blob(column);
}

Value Statement::Use::value(int column) const { return cell(column).value(); }

}  // namespace arbors::store
