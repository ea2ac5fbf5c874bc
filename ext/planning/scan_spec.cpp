#include "ext/planning/scan_spec.h"

#include <array>
#include <charconv>

#include "engine/base/error.h"
#include "ext/planning/operators.h"
#include "ext/session/declaration.h"

namespace arbors::ext {
namespace {

struct OrderText {
  ScanSpec::Order order;
  std::string_view text;
};
constexpr std::array<OrderText, 3> kOrders{{
    {ScanSpec::Order::Sorted, "order by "},
    {ScanSpec::Order::Grouped, "group by "},
    {ScanSpec::Order::Distinct, "distinct "},
}};

constexpr std::string_view kAllRows = "all rows";

std::string argument_text(int argument) { return "?" + std::to_string(argument); }

std::string spec_column(const std::string& column) {
  return column.empty() ? "rowid" : quote_identifier(column);
}

std::string term_text(const Term& term) {
  std::string text = spec_column(term.column) + ' ' + std::string(operator_of(term.op).word);
  if (takes_argument(term.op)) text += ' ' + argument_text(term.argument);
  if (term.collation != Collation::Binary)
    text += " collate " + std::string(collation_name(term.collation));
  return text;
}

void add_part(std::string& text, std::string_view part) {
  if (!text.empty()) text += "; ";
  text += part;
}

void add_terms(std::string& text, const ScanSpec& spec, bool exact, std::string_view word) {
  std::string part;
  for (const Term& term : spec.terms) {
    if (term.exact != exact) continue;
    part += part.empty() ? word : " and ";
    part += term_text(term);
  }
  if (!part.empty()) add_part(text, part);
}

void add_keys(std::string& text, const ScanSpec& spec) {
  for (const OrderText& known : kOrders) {
    if (known.order != spec.order) continue;
    std::string part;
    for (const OrderKey& key : spec.keys) {
      part += part.empty() ? known.text : ", ";
      part += spec_column(key.column);
      if (key.descending) part += " desc";
    }
    add_part(text, part);
  }
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  ScanSpec read() {
    if (take(kAllRows)) return finish();
    do {
      part();
    } while (take("; "));
    return finish();
  }

 private:
  ScanSpec finish() {
    if (!text_.empty()) fail();
    return std::move(spec_);
  }

  void part() {
    if (take("look up ")) return index();
    if (take("walk ")) {
      spec_.walked = true;
      return index();
    }
    if (take("filter ")) return terms(true);
    if (take("prefilter ")) return terms(false);
    for (const OrderText& known : kOrders)
      if (take(known.text)) return keys(known.order);
    if (!take("limit ")) fail();
    spec_.limit = argument();
    spec_.skip = take(" skip ");
    if (spec_.skip || take(" offset ")) spec_.offset = argument();
  }

  void index() {
    spec_.indexed = column();
    if (spec_.indexed.empty() || !take(" by index")) fail();
  }

  void terms(bool exact) {
    do {
      Term term;
      term.exact = exact;
      term.column = column();
      if (!take(" ")) fail();
      term.op = operation();
      if (takes_argument(term.op)) {
        if (!take(" ")) fail();
        term.argument = argument();
      }
      if (take(" collate ")) term.collation = collation();
      spec_.terms.push_back(std::move(term));
    } while (take(" and "));
  }

  TermOp operation() {
    for (const Operator& known : operators())
      if (take(known.word)) return known.op;
    fail();
  }

  Collation collation() {
    for (const Collation known : {Collation::NoCase, Collation::RTrim})
      if (take(collation_name(known))) return known;
    fail();
  }

  void keys(ScanSpec::Order order) {
    spec_.order = order;
    do {
      OrderKey key;
      key.column = column();
      key.descending = take(" desc");
      spec_.keys.push_back(std::move(key));
    } while (take(", "));
  }

  std::string column() {
    if (take("rowid")) return {};
    if (!take("\"")) fail();
    std::string name;
    while (!text_.empty()) {
      if (take("\"\"")) {
        name += '"';
      } else if (take("\"")) {
        return name;
      } else {
        name += text_.front();
        text_.remove_prefix(1);
      }
    }
    fail();
  }

  int argument() {
    if (!take("?")) fail();
    int number = 0;
    const auto [stop, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc{} || number < 1) fail();
    text_.remove_prefix(static_cast<std::size_t>(stop - text_.data()));
    return number;
  }

  bool take(std::string_view expected) {
    if (!text_.starts_with(expected)) return false;
    text_.remove_prefix(expected.size());
    return true;
  }

  [[noreturn]] void fail() const {
    throw_invalid("a scan's plan does not read back at '" + std::string(text_) + "'");
  }

  std::string_view text_;
  ScanSpec spec_;
};

}  // namespace

std::string to_text(const ScanSpec& spec) {
  std::string text;
  if (!spec.indexed.empty())
    add_part(text, (spec.walked ? "walk " : "look up ") + spec_column(spec.indexed) + " by index");
  add_terms(text, spec, true, "filter ");
  add_terms(text, spec, false, "prefilter ");
  add_keys(text, spec);
  if (spec.limit != 0) add_part(text, "limit " + argument_text(spec.limit));
  if (spec.offset != 0) text += (spec.skip ? " skip " : " offset ") + argument_text(spec.offset);
  return text.empty() ? std::string(kAllRows) : text;
}

ScanSpec parse_scan_spec(std::string_view text) { return Reader(text).read(); }

}  // namespace arbors::ext
