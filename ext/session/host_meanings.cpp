#include "ext/session/host_meanings.h"

#include <algorithm>
#include <utility>

#include "ext/host/statements.h"
#include "ext/session/declaration.h"
#include "sql/access/sqlite_error.h"

namespace arbors::ext {
namespace {

using plan::select::CalledFunction;

constexpr std::array<std::pair<Collation, const char*>, 3> kCollations{
    {{Collation::Binary, "BINARY"}, {Collation::NoCase, "NOCASE"}, {Collation::RTrim, "RTRIM"}}};

// Pairs about which collations that applications define differ from SQLite's: case and accents
// beyond ASCII, digits as numbers, punctuation, blanks, prefixes, code points against UTF-16.
using TextPair = std::pair<const char*, const char*>;
constexpr std::array<TextPair, 22> kTelling{{{"a", "A"},           {"a", "b"},
                                             {"A", "b"},           {"a", "B"},
                                             {"Z", "a"},           {"\u00e4", "\u00c4"},
                                             {"\u00e9", "e"},      {"z", "\u00e9"},
                                             {"\u00df", "ss"},     {"a10", "a9"},
                                             {"10", "9"},          {"_", "a"},
                                             {"_", "A"},           {"a-b", "ab"},
                                             {"a", " a"},          {"a", "a "},
                                             {"a", "a\t"},         {"", " "},
                                             {"a ", "a b"},        {"\u0130", "i"},
                                             {"\u4e2d", "\u4e01"}, {"\U0001F600", "\uFFFD"}}};

std::string placeholders(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?1" : ",?1";
  return text;
}

// Tells whether an instruction calls a function, which its fourth operand then names with its
// arity.
bool calls_function(std::string_view opcode) {
  return opcode == "Function" || opcode == "PureFunc" || opcode.starts_with("AggStep");
}

bool orders_otherwise(sqlite3* db, Collation collation, const char* name) {
  std::string sql = "SELECT ";
  for (const auto& [left, right] : kTelling) {
    const auto compared = [&, l = left, r = right](const char* op) {
      return std::string("('") + l + "' COLLATE " + name + ' ' + op + " '" + r + "')";
    };
    sql += (sql.size() > 7 ? ", " : "") + compared(">") + " - " + compared("<");
  }
  bool otherwise = false;
  for_each_row(db, sql, {}, [&](sqlite3_stmt* row) {
    for (std::size_t i = 0; i < kTelling.size(); ++i) {
      const int want = compare(kTelling[i].first, kTelling[i].second, collation);
      const int got = sqlite3_column_int(row, static_cast<int>(i));
      otherwise = otherwise || (want > 0) - (want < 0) != got;
    }
  });
  return otherwise;
}

}  // namespace

void HostMeanings::refresh() {
  const auto now = session_.lookups().preparations();
  if (!now || now != since_) listed_ = compared_ = false;
  since_ = now;
}

void HostMeanings::list_functions() {
  names_.clear();
  own_.clear();
  signatures_.clear();
  for_each_row(session_.db(), "SELECT name, narg, builtin FROM pragma_function_list", {},
               [&](sqlite3_stmt* row) {
                 const std::string name = lower_ascii(column_text(row, 0));
                 names_.insert(name);
                 signatures_.insert(name + '(' + column_text(row, 1) + ')');
                 if (sqlite3_column_int(row, 2) == 0) own_.insert(name);
               });
  listed_ = true;
}

bool HostMeanings::is_own(std::string_view function) {
  refresh();
  list_functions();
  return own_.contains(lower_ascii(function));
}

// Tells whether SQLite still has no function of the name, whatever its arguments.
bool HostMeanings::is_unknown(const CalledFunction& call) const {
  const std::string sql =
      "SELECT " + quote_identifier(call.name) + '(' + placeholders(call.args) + ')';
  sqlite3_stmt* made = nullptr;
  const int code = sqlite3_prepare_v2(session_.db(), sql.c_str(), -1, &made, nullptr);
  sqlite3_finalize(made);
  return code == SQLITE_ERROR &&
         std::string_view(sqlite3_errmsg(session_.db())).starts_with("no such function");
}

// Tells whether SQLite takes each call for a function that was there when they were listed last, or
// for none, where there was none.
bool HostMeanings::resolves_as_listed(std::span<const CalledFunction> calls) {
  std::string sql = "EXPLAIN SELECT ";
  bool any = false;
  for (const CalledFunction& call : calls) {
    if (!names_.contains(call.name)) {
      if (!is_unknown(call)) return false;
      continue;
    }
    sql += (any ? ", " : "") + quote_identifier(call.name) + '(' + placeholders(call.args) +
           (call.window ? ") OVER ()" : ")");
    any = true;
  }
  if (!any) return true;
  bool all = true;
  try {
    for_each_row(session_.db(), sql, {}, [&](sqlite3_stmt* row) {
      const auto* opcode = reinterpret_cast<const char*>(sqlite3_column_text(row, 1));
      if (opcode == nullptr || !calls_function(opcode)) return;
      all = all && signatures_.contains(lower_ascii(column_text(row, 5)));
    });
  } catch (const store::SqliteError& error) {
    if (error.result() != SQLITE_ERROR) throw;
    return false;  // SQLite has none with so many arguments
  }
  return all;
}

const CalledFunction* HostMeanings::own_call(std::span<const CalledFunction> calls) {
  if (calls.empty()) return nullptr;
  refresh();
  if (!listed_ || !resolves_as_listed(calls)) list_functions();
  const auto own = std::find_if(calls.begin(), calls.end(), [&](const CalledFunction& call) {
    return own_.contains(call.name);
  });
  return own == calls.end() ? nullptr : &*own;
}

bool HostMeanings::is_own(Collation collation) {
  refresh();
  if (!compared_)
    for (const auto& [known, name] : kCollations)
      own_collations_[static_cast<std::size_t>(known)] =
          orders_otherwise(session_.db(), known, name);
  compared_ = true;
  return own_collations_[static_cast<std::size_t>(collation)];
}

}  // namespace arbors::ext
