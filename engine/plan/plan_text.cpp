// Writes plans as text that parses back to the same plan.
#include <algorithm>
#include <array>

#include "engine/base/number_text.h"
#include "engine/expr/forms/builder.h"
#include "engine/expr/text/keywords.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/moment.h"
#include "engine/plan/parse_plan.h"
#include "engine/plan/window.h"

namespace arbors::plan {
namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// Quotes a name that would not be read as one word, or as another.
std::string name_text(const std::string& name) {
  const bool word = !name.empty() && is_letter(name.front()) &&
                    std::all_of(name.begin(), name.end(),
                                [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  return word && !expr::is_reserved(name) ? name : quoted(name, '"');
}

template <typename Items, typename Write>
std::string joined(const Items& items, Write write) {
  std::string text;
  for (const auto& item : items) text += (text.empty() ? "" : ", ") + write(item);
  return text;
}

std::string named_text(const NamedExpr& named) {
  if (named.spread) {
    const Path& path = *bare_path(*named.expr);
    return path.steps.empty() ? "*" : arbors::to_text(path) + ".*";
  }
  std::string text = expr::to_text(*named.expr);
  const Path* path = bare_path(*named.expr);
  const bool plain = path != nullptr && !path->steps.empty() &&
                     path->steps.back().kind == PathStep::Kind::Key &&
                     path->steps.back().key == named.name;
  return plain ? text : text + " as " + name_text(named.name);
}

std::string aggregate_text(const AggregateCall& call) {
  return to_text(call) + " as " + name_text(call.name);
}

std::string numbers_text(const std::vector<std::int64_t>& numbers) {
  return joined(numbers, [](std::int64_t number) { return std::to_string(number); });
}

std::string key_text(const SortKey& key) {
  if (key.by == SortKey::By::Rowid) return key.descending ? "rowid desc" : "rowid";
  if (key.by == SortKey::By::Position) return key.descending ? "_index desc" : "_index";
  std::string text = expr::to_text(*key.expr) + (key.descending ? " desc" : "");
  if (key.nulls_last != key.descending) text += key.nulls_last ? " nulls last" : " nulls first";
  return text;
}

// Writes a join's conditions; `=` that is no pair of keys is told apart from one.
std::string conditions_text(const Join& join) {
  std::vector<std::string> texts;
  for (const JoinKey& key : join.keys)
    texts.push_back(expr::to_text(
        key.nulls_equal ? *expr::is(key.left, key.right)
                        : *expr::compare(expr::Comparison::Equal, key.left, key.right)));
  if (join.residual) {
    for (const expr::ExprPtr& condition : conjuncts(join.residual)) {
      const std::string text = expr::to_text(*condition);
      const auto* compare = condition->as<expr::Compare>();
      const bool pair = condition->as<expr::Is>() != nullptr ||
                        (compare != nullptr && compare->op == expr::Comparison::Equal);
      texts.push_back(pair || condition->as<expr::Or>() != nullptr ? "(" + text + ") is true"
                                                                   : text);
    }
  }
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : " and ") + text;
  return all;
}

std::string call_text(const WindowCall& call) {
  return to_text(call) + " as " + name_text(call.name);
}

// Writes one stage; `second` is its other input in parentheses, or nothing.
struct StageWriter {
  std::string second;

  std::string operator()(const Source& source) const {
    if (source.kind == Source::Kind::Json) return "json " + quoted(source.name, '\'');
    if (source.kind == Source::Kind::Handle) return source.name;
    if (source.kind == Source::Kind::File)
      return "file(" + quoted(source.name, '\'') +
             (source.options.empty() ? "" : ", " + quoted(source.options, '\'')) + ")";
    std::string text = source.schema.empty() ? "" : name_text(source.schema) + '.';
    text += name_text(source.name);
    return source.when ? text + '@' + moment_text(*source.when) : text;
  }
  std::string operator()(const Filter& op) const {
    return "filter " + expr::to_text(*op.predicate);
  }
  std::string operator()(const Project& op) const {
    return "select " + joined(op.fields, named_text);
  }
  std::string operator()(const AddField& op) const {
    return std::string(op.skip ? "add_field skip " : "add_field ") +
           joined(op.fields, [](const NamedExpr& field) {
             return field.name + " = " + expr::to_text(*field.expr);
           });
  }
  std::string operator()(const Drop& op) const {
    return "drop " + joined(op.paths, [](const Path& path) { return arbors::to_text(path); });
  }
  std::string operator()(const Slice& op) const {
    std::string text;
    if (op.offset != 0 || !op.limit) text = "skip " + std::to_string(op.offset);
    if (op.limit) text += (text.empty() ? "head " : " | head ") + std::to_string(*op.limit);
    return text;
  }
  std::string operator()(const Tail& op) const { return "tail " + std::to_string(op.count); }
  std::string operator()(const Take& op) const { return "take " + numbers_text(op.positions); }
  std::string operator()(const Sample& op) const {
    return "sample " + std::to_string(op.count) + seed(op.seed);
  }
  std::string operator()(const Shuffle& op) const { return "shuffle" + seed(op.seed); }
  std::string operator()(const Reverse&) const { return "reverse"; }
  std::string operator()(const Sort& op) const {
    if (!op.limit) return "sort_by " + joined(op.keys, key_text);
    // Says `asc` since top_k turns each key round.
    return "top_k " + std::to_string(*op.limit) + " by " + joined(op.keys, [](const SortKey& key) {
             if (key.descending) return key_text(key);
             std::string text = expr::to_text(*key.expr) + " asc";
             return key.nulls_last ? text + " nulls last" : text;
           });
  }
  std::string operator()(const UniqueBy& op) const {
    return "unique_by " +
           joined(op.keys, [](const expr::ExprPtr& key) { return expr::to_text(*key); });
  }
  std::string operator()(const GroupBy& op) const {
    std::string text = "group_by " + joined(op.keys, named_text);
    if (op.gather_trees) return text;
    return text +
           (op.aggregates.empty() ? " {}" : " { " + joined(op.aggregates, aggregate_text) + " }");
  }
  std::string operator()(const Aggregate& op) const {
    return "aggregate " + joined(op.aggregates, aggregate_text);
  }
  std::string operator()(const Explode& op) const {
    return "explode " + arbors::to_text(op.path) +
           (op.as.empty() ? "" : " as " + name_text(op.as)) + (op.outer ? " outer" : "");
  }
  std::string operator()(const Flatten&) const { return "flatten"; }
  std::string operator()(const Nest& op) const {
    return "nest " +
           joined(op.fields, [](const NamedExpr& field) { return expr::to_text(*field.expr); }) +
           " as " + name_text(op.as);
  }
  std::string operator()(const Concat&) const { return "append" + second; }
  std::string operator()(const Insert& op) const {
    return "insert " + std::to_string(op.position) + second;
  }
  std::string operator()(const SetAt& op) const {
    return "set " + std::to_string(op.position) + second;
  }
  std::string operator()(const Rename& op) const {
    return "rename " + joined(op.names, [](const Rename::Name& name) {
             return arbors::to_text(name.from) + " as " + name_text(name.to);
           });
  }
  std::string operator()(const Join& op) const {
    constexpr std::array<std::string_view, 4> kKinds{"join", "left join", "semi join", "anti join"};
    return std::string(kKinds[static_cast<std::size_t>(op.kind)]) + second +
           (op.as.empty() ? "" : " as " + name_text(op.as)) + " on " + conditions_text(op);
  }
  std::string operator()(const Window& op) const {
    std::string text = "window ";
    if (!op.by.empty())
      text +=
          "by " + joined(op.by, [](const expr::ExprPtr& by) { return expr::to_text(*by); }) + ' ';
    if (!op.order.empty()) text += "order " + joined(op.order, key_text) + ' ';
    text += "{ " + joined(op.calls, call_text) + " }";
    return text;
  }
  std::string operator()(const Remove& op) const { return "remove " + numbers_text(op.positions); }
  std::string operator()(const IndexBy& op) const {
    return "index_by " +
           joined(op.keys, [](const expr::ExprPtr& key) { return expr::to_text(*key); });
  }

  static std::string seed(std::uint64_t seed) {
    return seed == 0 ? "" : " seed " + std::to_string(static_cast<std::int64_t>(seed));
  }
};

}  // namespace

std::string stage_text(const Node& node) { return std::visit(StageWriter{}, node.op); }

std::string to_text(const Node& plan) {
  std::string text;
  if (!plan.inputs.empty()) text = to_text(*plan.inputs[0]) + " | ";
  StageWriter writer;
  if (plan.inputs.size() > 1) writer.second = " (" + to_text(*plan.inputs[1]) + ")";
  return text + std::visit(writer, plan.op);
}

}  // namespace arbors::plan
