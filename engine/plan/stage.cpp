#include "engine/plan/stage.h"

#include <array>

#include "engine/base/error.h"
#include "engine/plan/expression_parts.h"
#include "engine/plan/stage_parsers.h"
#include "engine/plan/stage_reader.h"

namespace arbors::plan {
namespace {

NodePtr filter_stage(StageReader& reader, NodePtr input) {
  return make(Filter{reader.expression()}, {std::move(input)});
}

// Tells the option of add_field from a field of that name.
bool accept_option(expr::Lexer& lexer, std::string_view word) {
  using Kind = expr::Token::Kind;
  const Kind next = lexer.peek(1).kind;
  const bool is_option = lexer.at_keyword(word) && (next == Kind::Name || next == Kind::QuotedName);
  return is_option && lexer.accept_keyword(word);
}

// Refuses fields inside others: whether one fits is asked of the tree as it came.
void check_apart(StageReader& reader, const std::vector<NamedExpr>& fields, std::size_t begin) {
  for (const NamedExpr& outer : fields) {
    for (const NamedExpr& inner : fields) {
      if (outer.name != inner.name && starts_with(parse_path(inner.name), parse_path(outer.name)))
        reader.lexer().fail_at(begin,
                               "set " + outer.name + " and " + inner.name + " in two stages");
    }
  }
}

NodePtr add_field_stage(StageReader& reader, NodePtr input) {
  AddField add;
  const std::size_t begin = reader.lexer().peek().begin;
  add.skip = accept_option(reader.lexer(), "skip");
  if (!add.skip) accept_option(reader.lexer(), "error");
  add.fields = reader.list([&] {
    const Path path = reader.key_path();
    reader.lexer().expect_symbol("=");
    return NamedExpr{arbors::to_text(path), reader.stored_expression()};
  });
  if (add.skip) check_apart(reader, add.fields, begin);
  return make(std::move(add), {std::move(input)});
}

NodePtr drop_stage(StageReader& reader, NodePtr input) {
  return make(Drop{reader.list([&] { return reader.key_path(); })}, {std::move(input)});
}

NodePtr head_stage(StageReader& reader, NodePtr input) {
  return make(Slice{0, reader.count()}, {std::move(input)});
}

NodePtr skip_stage(StageReader& reader, NodePtr input) {
  return make(Slice{reader.count(), std::nullopt}, {std::move(input)});
}

NodePtr tail_stage(StageReader& reader, NodePtr input) {
  return make(Tail{reader.count()}, {std::move(input)});
}

NodePtr take_stage(StageReader& reader, NodePtr input) {
  return make(Take{reader.list([&] { return reader.whole_number(); })}, {std::move(input)});
}

std::uint64_t seed(StageReader& reader) {
  if (!reader.lexer().accept_keyword("seed")) return 0;
  return static_cast<std::uint64_t>(reader.whole_number());
}

NodePtr sample_stage(StageReader& reader, NodePtr input) {
  const std::uint64_t count = reader.count();
  return make(Sample{count, seed(reader)}, {std::move(input)});
}

NodePtr shuffle_stage(StageReader& reader, NodePtr input) {
  return make(Shuffle{seed(reader)}, {std::move(input)});
}

NodePtr reverse_stage(StageReader&, NodePtr input) { return make(Reverse{}, {std::move(input)}); }

NodePtr sort_stage(StageReader& reader, NodePtr input) {
  Sort sort;
  sort.keys = reader.list([&] { return reader.sort_key(false); });
  return make(std::move(sort), {std::move(input)});
}

NodePtr first_of_order(StageReader& reader, NodePtr input, bool descending) {
  Sort sort;
  sort.limit = reader.count();
  reader.lexer().expect_keyword("by");
  sort.keys = reader.list([&] { return reader.sort_key(descending); });
  return make(std::move(sort), {std::move(input)});
}

NodePtr top_k_stage(StageReader& reader, NodePtr input) {
  return first_of_order(reader, std::move(input), true);
}

NodePtr bottom_k_stage(StageReader& reader, NodePtr input) {
  return first_of_order(reader, std::move(input), false);
}

NodePtr unique_by_stage(StageReader& reader, NodePtr input) {
  return make(UniqueBy{reader.list([&] { return reader.expression(); })}, {std::move(input)});
}

NodePtr group_by_stage(StageReader& reader, NodePtr input) {
  GroupBy group;
  const std::size_t keys_begin = reader.lexer().peek().begin;
  group.keys = reader.named_list();
  group.gather_trees = !reader.lexer().accept_symbol("{");
  const std::size_t aggregates_begin = reader.lexer().peek().begin;
  if (!group.gather_trees) {
    if (!reader.lexer().at_symbol("}")) group.aggregates = reader.aggregate_list();
    reader.lexer().expect_symbol("}");
  }
  for (const NamedExpr& key : group.keys) {
    for (const AggregateCall& call : group.aggregates)
      if (call.name == key.name)
        reader.lexer().fail_at(aggregates_begin,
                               "two fields are named " + key.name + ": rename one with `as`");
    if (group.gather_trees && key.name == "trees")
      reader.lexer().fail_at(keys_begin, "a key may not be named trees here: rename it with `as`");
  }
  return make(std::move(group), {std::move(input)});
}

NodePtr aggregate_stage(StageReader& reader, NodePtr input) {
  return make(Aggregate{reader.aggregate_list()}, {std::move(input)});
}

NodePtr explode_stage(StageReader& reader, NodePtr input) {
  Explode explode;
  explode.path = reader.key_path();
  if (reader.lexer().accept_keyword("as")) explode.as = reader.name();
  explode.outer = reader.lexer().accept_keyword("outer");
  return make(std::move(explode), {std::move(input)});
}

NodePtr flatten_stage(StageReader&, NodePtr input) { return make(Flatten{}, {std::move(input)}); }

NodePtr nest_stage(StageReader& reader, NodePtr input) {
  Nest nest;
  nest.fields = reader.list([&] { return reader.named(false); });
  reader.lexer().expect_keyword("as");
  nest.as = reader.name();
  return make(std::move(nest), {std::move(input)});
}

NodePtr append_stage(StageReader& reader, NodePtr input) {
  return make(Concat{}, {std::move(input), reader.plan_in_parens()});
}

NodePtr insert_stage(StageReader& reader, NodePtr input) {
  const std::int64_t position = reader.whole_number();
  return make(Insert{position}, {std::move(input), reader.plan_in_parens()});
}

NodePtr set_stage(StageReader& reader, NodePtr input) {
  const std::int64_t position = reader.whole_number();
  return make(SetAt{position}, {std::move(input), reader.plan_in_parens()});
}

NodePtr remove_stage(StageReader& reader, NodePtr input) {
  return make(Remove{reader.list([&] { return reader.whole_number(); })}, {std::move(input)});
}

NodePtr index_by_stage(StageReader& reader, NodePtr input) {
  return make(IndexBy{reader.list([&] { return reader.expression(); })}, {std::move(input)});
}

constexpr std::array<StageInfo, 32> kStages{{
    {"filter", "filter e", "keeps the trees for which e is true", "filter HR > 40", filter_stage},
    {"select", "select e [as n], …",
     "makes a new object of each tree; a bare path is named by its last key; `*` stands for all "
     "fields, `p.*` for those of the object at p",
     "select name, birth.year as born", select_stage},
    {"rename", "rename a as b, …", "gives fields other names, in their places",
     "rename birth.year as born", rename_stage},
    {"add_field", "add_field [error|skip] n = e, …",
     "sets fields; n may be a path, e sees the tree as it came; where n would stand in something "
     "that is no object, that is an error, or with skip the tree stays without it",
     "add_field birth.decade = birth.year / 10", add_field_stage},
    {"drop", "drop p, …", "removes fields", "drop birth.year, notes", drop_stage},
    {"head", "head n", "keeps the first n trees", "head 10", head_stage},
    {"tail", "tail n", "keeps the last n trees", "tail 10", tail_stage},
    {"skip", "skip n", "leaves the first n trees out", "skip 10", skip_stage},
    {"take", "take i, j, …",
     "gives the trees at positions counted from 0, in that order; negatives count from the end; "
     "one "
     "that is not there is an error",
     "take 0, -1", take_stage},
    {"sample", "sample n [seed s]",
     "gives n trees chosen at random, in their order; the same ones for the same seed (0 if none)",
     "sample 100 seed 7", sample_stage},
    {"shuffle", "shuffle [seed s]", "gives all trees in a random order", "shuffle seed 7",
     shuffle_stage},
    {"reverse", "reverse", "gives the trees last to first", "reverse", reverse_stage},
    {"sort_by", "sort_by e [asc|desc] [nulls first|last], …",
     "puts the trees in order; equal ones keep theirs", "sort_by birth.year desc, name",
     sort_stage},
    {"top_k", "top_k n by e, …", "gives the n trees with the greatest e, greatest first",
     "top_k 10 by hr", top_k_stage},
    {"bottom_k", "bottom_k n by e, …", "gives the n trees with the least e, least first",
     "bottom_k 10 by hr", bottom_k_stage},
    {"unique_by", "unique_by e, …", "keeps the first tree of each key", "unique_by name",
     unique_by_stage},
    {"group_by", "group_by e [as n], … [{ agg [as n], … }]",
     "makes one tree of each key, in key order; without braces the group's trees go under `trees`",
     "group_by team as team { sum(HR) as hr, count() as n }", group_by_stage},
    {"aggregate", "aggregate agg [as n], …", "makes one tree over all trees",
     "aggregate max(HR) as most, count() as n", aggregate_stage},
    {"explode", "explode p [as n] [outer]",
     "makes a tree of each element of an array, in its place or under n, or of each member of an "
     "object, as {key, value}; trees without elements give none, or with `outer` one",
     "explode batting as season", explode_stage},
    {"flatten", "flatten", "turns nested objects into dotted keys", "flatten", flatten_stage},
    {"nest", "nest e, … as n",
     "gathers trees that agree on all other fields into one, with an array of {e, …} under n",
     "nest year, HR as seasons", nest_stage},
    {"append", "append (plan)", "puts another plan's trees behind", "append (json '[{\"a\":1}]')",
     append_stage},
    {"concat", "concat (plan)", "the same as append", "concat (teams | head 3)", append_stage},
    {"insert", "insert n (plan)",
     "puts another plan's trees before position n, which may be the end",
     "insert 0 (json '[{\"a\":1}]')", insert_stage},
    {"set", "set n (plan)", "puts one tree in the place of the tree at position n",
     "set 0 (json '[{\"a\":1}]')", set_stage},
    {"remove", "remove i, …", "leaves the trees at positions out", "remove 0, -1", remove_stage},
    {"index_by", "index_by e, …", "gives each tree a key, or several, for arbor_lookup(plan, key…)",
     "index_by playerID", index_by_stage},
    {"join", "join (plan) as n on e = e' [and …]",
     "makes a tree of each pair whose keys are equal, e of the tree and e' of the other plan's, "
     "which goes under n; any other condition sees it there; under a group_by or an aggregate "
     "either side may be read first, and of values that are equal but look different (1, 1.0) "
     "either may be shown",
     "join (teams) as team on teamID = id", join_stage},
    {"left", "left join (plan) as n on e = e' [and …]",
     "the same, and keeps the trees without a partner", "left join (teams) as team on teamID = id",
     left_join_stage},
    {"semi", "semi join (plan) [as n] on e = e' [and …]", "keeps the trees with a partner",
     "semi join (teams) on teamID = id", semi_join_stage},
    {"anti", "anti join (plan) [as n] on e = e' [and …]", "keeps the trees without a partner",
     "anti join (teams) on teamID = id", anti_join_stage},
    {"window", "window [by e, …] [order e …] { f [as n], … }",
     "adds to each tree what functions and aggregates say of its place among those of equal e, in "
     "an order",
     "window by team order HR desc { row_number() as n, sum(HR) as hr }", window_stage},
}};

constexpr std::array<SourceInfo, 6> kSources{{
    {"name",
     "an Arbor or an arbor_view, or schema.name; a name with other signs stands in double quotes",
     "players"},
    {"name@generation, name@tag, name@'time'",
     "an Arbor as it was: a generation, a tag, a time or a step back from now such as '-1 day'",
     "players@7"},
    {"@1 or '@1'", "a plan opened by arbor_open", "@1"},
    {"json '[…]'", "the elements of an array, one value, or JSON Lines; also json ?1",
     "json '[{\"a\":1},{\"a\":2}]'"},
    {"file('…' [, '…'])",
     "the trees of a file, a glob or a JSON array of these, streamed; options as arbor_import's. "
     "In "
     "arbor_file_rows, arbor_save and arbor_export alone",
     "file('logs/*.jsonl.gz', '{\"on_error\":\"skip\"}')"},
    {"(plan)", "another plan's trees", "(players | head 10)"},
}};

}  // namespace

std::span<const StageInfo> stages() { return kStages; }
std::span<const SourceInfo> source_forms() { return kSources; }

const StageInfo* find_stage(std::string_view name) {
  for (const StageInfo& stage : kStages)
    if (stage.name.size() == name.size() && compare(stage.name, name, Collation::NoCase) == 0)
      return &stage;
  return nullptr;
}

std::vector<std::string_view> stage_names() {
  std::vector<std::string_view> names;
  for (const StageInfo& stage : kStages) names.push_back(stage.name);
  return names;
}

}  // namespace arbors::plan
