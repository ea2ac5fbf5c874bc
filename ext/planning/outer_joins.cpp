#include "ext/planning/outer_joins.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ext/host/statements.h"
#include "ext/session/declaration.h"
#include "ext/session/session.h"

namespace arbors::ext {
namespace {

constexpr int kOnIsSafe = 3051000;

bool is_lower_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u >= 'a' && u <= 'z') || (u >= '0' && u <= '9') || u == '_' || u == '$' || u >= 0x80;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_lower_word(text[at - 1])) &&
        (end == text.size() || !is_lower_word(text[end])))
      return true;
  }
  return false;
}

// Every outer join is spelled with JOIN and one of these.
using Kinds = std::span<const std::string_view>;
constexpr std::array<std::string_view, 3> kOuter{"left", "right", "full"};
constexpr std::array<std::string_view, 2> kRight{"right", "full"};

bool mentions_join(const char* sql, Kinds kinds) {
  if (sql == nullptr) return true;
  const std::string text = lower_ascii(sql);
  return has_word(text, "join") &&
         std::any_of(kinds.begin(), kinds.end(),
                     [&](std::string_view kind) { return has_word(text, kind); });
}

bool may_join(sqlite3* db, Kinds kinds) {
  for (sqlite3_stmt* each = sqlite3_next_stmt(db, nullptr); each != nullptr;
       each = sqlite3_next_stmt(db, each))
    if (sqlite3_stmt_busy(each) != 0 && mentions_join(sqlite3_sql(each), kinds)) return true;
  std::vector<std::string> schemas;
  for_each_row(db, "PRAGMA database_list", {},
               [&](sqlite3_stmt* row) { schemas.push_back(column_text(row, 1)); });
  bool found = false;
  for (const std::string& schema : schemas)
    for_each_row(db,
                 "SELECT sql FROM " + quote_identifier(schema) +
                     ".sqlite_master WHERE type IN ('view', 'trigger')",
                 {}, [&](sqlite3_stmt* row) {
                   found = found || mentions_join(column_text(row, 0).c_str(), kinds);
                 });
  return found;
}

}  // namespace

bool may_stand_in_outer_on(TermOp op) {
  if (sqlite3_libversion_number() >= kOnIsSafe) return false;
  switch (op) {
    case TermOp::NotEqual:
    case TermOp::IsNot:
    case TermOp::IsNotNull:
    case TermOp::Like:
    case TermOp::Glob:
    case TermOp::Match:
      return true;
    default:
      return false;
  }
}

bool may_join_outer(sqlite3* db) { return may_join(db, kOuter); }

bool may_join_right(sqlite3* db) { return may_join(db, kRight); }

}  // namespace arbors::ext
