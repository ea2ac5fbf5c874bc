#include "ext/plans/view_columns.h"

#include <algorithm>
#include <set>

#include "engine/plan/aggregate.h"
#include "engine/plan/expression_parts.h"
#include "ext/plans/plan_session.h"
#include "ext/session/arbor_name.h"
#include "sql/store/store.h"

namespace arbors::ext {
namespace {

using Columns = std::vector<ViewColumn>;

Path key_path(const std::string& key) { return Path{{{PathStep::Kind::Key, key, 0}}}; }

Path joined(Path path, const Path& rest) {
  path.steps.insert(path.steps.end(), rest.steps.begin(), rest.steps.end());
  return path;
}

// What follows a prefix of a path.
Path without(const Path& path, const Path& prefix) {
  return Path{
      {path.steps.begin() + static_cast<std::ptrdiff_t>(prefix.steps.size()), path.steps.end()}};
}

void remove_below(Columns& columns, const Path& path) {
  std::erase_if(columns,
                [&](const ViewColumn& column) { return plan::starts_with(column.path, path); });
}

const char* type_of(const plan::AggregateCall& call) {
  switch (call.function->kind) {
    case plan::AggregateKind::Count:
      return "INTEGER";
    case plan::AggregateKind::Total:
    case plan::AggregateKind::Average:
    case plan::AggregateKind::Median:
    case plan::AggregateKind::Quantile:
    case plan::AggregateKind::Stddev:
    case plan::AggregateKind::Variance:
      return "REAL";
    default:
      return "";
  }
}

// Walks a plan from its sources up.
class Derivation {
 public:
  explicit Derivation(Session& session) : session_(session) {}

  Columns of(const plan::Node& node) {
    if (const auto* join = std::get_if<plan::Join>(&node.op)) return of_join(node, *join);
    Columns columns;
    std::vector<ElementPath> elements;
    for (const plan::NodePtr& input : node.inputs) {
      const Columns more = of(*input);
      if (&input == &node.inputs.front())
        columns = more;
      else
        unite(columns, more);
      elements.insert(elements.end(), elements_.begin(), elements_.end());
    }
    elements_ = std::move(elements);
    std::visit([&](const auto& op) { apply(op, columns); }, node.op);
    return columns;
  }

 private:
  // Adds the columns of further trees. A type stays only where it is that of both: what another
  // plan's trees hold beyond the fields that it names is not known.
  static void unite(Columns& columns, const Columns& more) {
    const auto at = [](auto& among, const Path& path) {
      return std::find_if(among.begin(), among.end(),
                          [&](const ViewColumn& column) { return column.path == path; });
    };
    for (ViewColumn& column : columns) {
      const auto same = at(more, column.path);
      if (same == more.end() || same->type != column.type) column.type.clear();
    }
    for (const ViewColumn& column : more)
      if (at(columns, column.path) == columns.end())
        columns.push_back({column.name, column.path, ""});
  }

  // The left trees' columns, and the right ones' under the join's name.
  Columns of_join(const plan::Node& node, const plan::Join& join) {
    Columns columns = of(*node.inputs[0]);
    if (join.kind == plan::Join::Kind::Semi || join.kind == plan::Join::Kind::Anti) return columns;
    std::vector<ElementPath> elements = std::move(elements_);
    const Path under = key_path(join.as);
    for (const ViewColumn& column : of(*node.inputs[1])) {
      const Path path = joined(under, column.path);
      columns.push_back({to_text(path), path, column.type});
    }
    for (const ElementPath& element : elements_)
      elements.push_back({joined(under, element.array), element.rest});
    elements_ = std::move(elements);
    return columns;
  }

  // A value inside the elements of an array.
  struct ElementPath {
    Path array;
    Path rest;  // from the element on
  };

  void apply(const plan::Source& source, Columns& columns) {
    if (source.kind == plan::Source::Kind::Handle)
      columns = of(*session_.plans().plan_of(source.name));
    if (source.kind != plan::Source::Kind::Name) return;
    const StorePtr store = open_arbor(session_, full_name(source));
    for (const store::Column& column : store->columns())
      columns.push_back({column.name, column.path, ""});
    const PathDictionary& paths = store->paths();
    for (PathId id = 0; id < paths.size(); ++id)
      if (paths[id].domain != kRootPath && is_leaf(paths, id)) note_element(paths, id);
  }

  static bool is_leaf(const PathDictionary& paths, PathId id) {
    const auto children = paths.children(id);
    return std::all_of(children.begin(), children.end(),
                       [&](PathId child) { return paths[child].element; });
  }
  // Notes a path through one array alone.
  void note_element(const PathDictionary& paths, PathId id) {
    const PathId array = paths[paths[id].domain].parent;
    if (array == kRootPath || paths[array].domain != kRootPath) return;
    Path rest = paths.path(id);
    const auto steps = rest.steps.begin();
    rest.steps.erase(steps, steps + paths[paths[id].domain].depth);
    elements_.push_back({paths.path(array), std::move(rest)});
  }

  void apply(const plan::Project& op, Columns& columns) {
    Columns made;
    std::vector<ElementPath> kept;
    for (const plan::NamedExpr& field : op.fields) {
      if (!field.spread) {
        set(made, key_path(field.name), field.name);
        continue;
      }
      const Path& object = *plan::bare_path(*field.expr);
      for (const ViewColumn& column : columns)
        if (column.path != object && plan::starts_with(column.path, object)) {
          const Path path = without(column.path, object);
          set(made, path, object.steps.empty() ? column.name : to_text(path), column.type);
        }
      for (const ElementPath& element : elements_)
        if (plan::starts_with(element.array, object))
          kept.push_back({without(element.array, object), element.rest});
    }
    columns = std::move(made);
    for (const plan::NamedExpr& field : op.fields)
      if (const Path* path = plan::bare_path(*field.expr); path != nullptr && !field.spread)
        for (const ElementPath& element : elements_)
          if (element.array == *path) kept.push_back({key_path(field.name), element.rest});
    elements_ = std::move(kept);
  }
  void apply(const plan::AddField& op, Columns& columns) {
    for (const plan::NamedExpr& field : op.fields) set(columns, parse_path(field.name), field.name);
  }
  void apply(const plan::Window& op, Columns& columns) {
    for (const plan::WindowCall& call : op.calls)
      set(columns, key_path(call.name), call.name,
          call.function == nullptr ? type_of(call.aggregate) : "");
  }
  void apply(const plan::Rename& op, Columns& columns) {
    for (const plan::Rename::Name& name : op.names) {
      Path to = name.from;
      to.steps.back().key = name.to;
      for (ViewColumn& column : columns) {
        if (!plan::starts_with(column.path, name.from)) continue;
        column.path = joined(to, without(column.path, name.from));
        column.name = to_text(column.path);
      }
      for (ElementPath& element : elements_)
        if (plan::starts_with(element.array, name.from))
          element.array = joined(to, without(element.array, name.from));
    }
  }
  void apply(const plan::Drop& op, Columns& columns) {
    for (const Path& path : op.paths) remove_below(columns, path);
  }
  void apply(const plan::GroupBy& op, Columns& columns) {
    columns = named(op.keys);
    add_calls(columns, op.aggregates);
    if (op.gather_trees) columns.push_back({"trees", key_path("trees"), ""});
    elements_.clear();
  }
  void apply(const plan::Aggregate& op, Columns& columns) {
    columns.clear();
    add_calls(columns, op.aggregates);
    elements_.clear();
  }
  void apply(const plan::Explode& op, Columns& columns) {
    const Path at = op.as.empty() ? op.path : key_path(op.as);
    if (!op.as.empty()) remove_below(columns, op.path);
    bool scalar = true;
    for (const ElementPath& element : elements_) {
      if (element.array != op.path) continue;
      scalar = false;
      const Path path = joined(at, element.rest);
      set(columns, path, to_text(path));
    }
    if (scalar) set(columns, at, to_text(at));
  }
  void apply(const plan::Flatten&, Columns& columns) {
    for (ViewColumn& column : columns) {
      std::string key;
      for (const PathStep& step : column.path.steps) key += (key.empty() ? "" : ".") + step.key;
      column = {key, key_path(key), column.type};
    }
    elements_.clear();
  }
  void apply(const plan::Nest& op, Columns& columns) {
    for (const plan::NamedExpr& field : op.fields)
      if (const Path* path = plan::bare_path(*field.expr); path != nullptr && !path->steps.empty())
        remove_below(columns, *path);
    set(columns, key_path(op.as), op.as);
    elements_.clear();
  }
  template <typename Op>
  void apply(const Op&, Columns&) {}  // keeps the trees as they are

  static Columns named(const std::vector<plan::NamedExpr>& fields) {
    Columns columns;
    for (const plan::NamedExpr& field : fields)
      columns.push_back({field.name, key_path(field.name), ""});
    return columns;
  }
  static void add_calls(Columns& columns, const std::vector<plan::AggregateCall>& calls) {
    for (const plan::AggregateCall& call : calls)
      columns.push_back({call.name, key_path(call.name), type_of(call)});
  }
  // Puts a column for a path in the place of what was at or below it, or at the end.
  static void set(Columns& columns, const Path& path, const std::string& name,
                  const std::string& type = "") {
    const auto known = std::find_if(columns.begin(), columns.end(),
                                    [&](const ViewColumn& column) { return column.path == path; });
    if (known != columns.end()) {
      known->type = type;
      return;
    }
    remove_below(columns, path);
    columns.push_back({name, path, type});
  }

  Session& session_;
  std::vector<ElementPath> elements_;
};

}  // namespace

std::vector<ViewColumn> view_columns(Session& session, const plan::Node& plan) {
  constexpr std::size_t kMostColumns = 1900;
  Columns columns;
  std::set<std::string> taken{"_tree", "_index"};
  for (ViewColumn& column : Derivation(session).of(plan))
    if (columns.size() < kMostColumns && taken.insert(lower_ascii(column.name)).second)
      columns.push_back(std::move(column));
  return columns;
}

}  // namespace arbors::ext
