#include "engine/exec/query/explain.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/batch/trees/path_reader.h"
#include "engine/exec/query/query.h"
#include "engine/exec/query/source_statistics.h"
#include "engine/exec/query/unknown_paths.h"
#include "engine/exec/scan/decode_plan.h"
#include "engine/exec/stages/row_streams.h"
#include "engine/expr/deduce/prune.h"
#include "engine/expr/deduce/selectivity.h"
#include "engine/plan/aggregate.h"
#include "engine/plan/parse_plan.h"

namespace arbors::exec {
namespace {

constexpr std::string_view kDefault = "logical,optimized,decode_plan";

struct Subject {
  const plan::NodePtr& written;
  plan::Optimized optimized;
  const SourceBinder& bind;
  const ExecutionContext& context;
};

// Writes a plan one stage a line, the source first; other inputs indented below their stage.
void write_stages(const plan::Node& node, const std::string& indent, std::string& out,
                  const std::function<std::string(const plan::Node&)>& remark) {
  if (!node.inputs.empty()) write_stages(*node.inputs.front(), indent, out, remark);
  out += indent + (node.inputs.empty() ? "" : "| ") + plan::stage_text(node);
  const std::string said = remark ? remark(node) : "";
  if (!said.empty()) out += "   -- " + said;
  out += '\n';
  for (std::size_t i = 1; i < node.inputs.size(); ++i)
    write_stages(*node.inputs[i], indent + "    ", out, remark);
}

void logical(const Subject& subject, std::string& out) {
  write_stages(*subject.written, "  ", out, nullptr);
}

void optimized(const Subject& subject, std::string& out) {
  write_stages(*subject.optimized.plan, "  ", out, nullptr);
  out += "  rules:";
  for (const std::string_view rule : subject.optimized.applied) out += " " + std::string(rule);
  out += subject.optimized.applied.empty() ? " none applied\n" : "\n";
}

// Tells whether a stage's trees come as they are scanned, so that it is part of the scan.
bool follows_scan(const plan::Node& node) {
  const plan::Node* below = node.inputs.front().get();
  while (std::holds_alternative<plan::Filter>(below->op) ||
         std::holds_alternative<plan::Project>(below->op) ||
         std::holds_alternative<plan::AddField>(below->op) ||
         std::holds_alternative<plan::Drop>(below->op) ||
         std::holds_alternative<plan::Rename>(below->op) ||
         std::holds_alternative<plan::Join>(below->op) ||
         std::holds_alternative<plan::Explode>(below->op))
    below = below->inputs.front().get();
  return std::holds_alternative<plan::Source>(below->op);
}

// Names the trees that a restriction admits.
std::string rows_text(const plan::RowRestriction& rows) {
  std::string text;
  const auto add = [&](const auto& range, const auto& set, const std::string& what) {
    if (!range && !set) return;
    text += text.empty() ? "" : " and ";
    if (set) text += std::to_string(set->size()) + ' ';
    text += what + 's';
    if (range && range->first != INT64_MIN) text += " from " + std::to_string(range->first);
    if (range && range->second != INT64_MAX) text += " to " + std::to_string(range->second);
  };
  add(rows.rowids, rows.rowid_set, "rowid");
  add(rows.positions, rows.position_set, "place");
  return text;
}

// Says how each stage runs and what it holds in memory.
struct HowItRuns {
  const Subject& subject;
  const plan::Node& node;
  std::string operator()(const plan::Source& op) const {
    if (op.kind == plan::Source::Kind::Json) return "built in memory";
    if (op.kind == plan::Source::Kind::Table) return "read through SQLite once, into memory";
    if (op.kind == plan::Source::Kind::File) return "read once, as the trees come";
    if (!op.search && !op.rows.none()) return "scan of " + rows_text(op.rows) + " alone";
    if (!op.search) return "scan, batch by batch";
    const std::string by = to_text(op.search->path) + " by index";
    return op.search->order == plan::IndexSearch::Order::Any ? "look up " + by
                                                             : "walk " + by + ", in its order";
  }
  std::string operator()(const plan::Filter&) const {
    return follows_scan(node) ? "on vectors, with the scan; statistics rule batches out"
                              : "on vectors, over the trees of the stage before";
  }
  std::string operator()(const plan::Project&) const { return "expressions, computed where read"; }
  std::string operator()(const plan::AddField&) const { return "expressions, computed where read"; }
  std::string operator()(const plan::Drop&) const { return "left out when trees are written"; }
  std::string operator()(const plan::Slice& op) const {
    return op.limit && follows_scan(node) ? "positions; stops the scan when full" : "positions";
  }
  std::string operator()(const plan::Tail&) const { return "positions"; }
  std::string operator()(const plan::Take&) const { return "positions"; }
  std::string operator()(const plan::Sample&) const { return "positions, drawn by seed"; }
  std::string operator()(const plan::Shuffle&) const { return "holds all indices: O(n)"; }
  std::string operator()(const plan::Reverse&) const { return "holds all indices: O(n)"; }
  std::string operator()(const plan::Sort& op) const {
    if (op.limit && *op.limit <= kMostHeapRows)
      return "top-k: holds " + std::to_string(*op.limit) +
             " indices; its worst key rules batches out";
    return "holds all indices and keys: O(n)";
  }
  std::string operator()(const plan::UniqueBy&) const {
    return "holds all indices and distinct keys";
  }
  std::string operator()(const plan::GroupBy& op) const {
    std::string text = op.gather_trees ? "holds all indices and keys; trees built window by window"
                                       : "hash of key numbers, one a dictionary entry; typed sums";
    if (!op.in_key_order) text += "; groups unordered";
    const std::string most = std::to_string(subject.context.budgets.max_group_keys) + " keys";
    text += op.gather_trees
                ? "; at most " + most
                : "; beyond " + most + " pass by pass, the groups spilled to a temporary file";
    return text + "; " + workers();
  }
  std::string operator()(const plan::Aggregate&) const { return "typed vectors; " + workers(); }
  std::string operator()(const plan::Explode&) const {
    return "by the arrays' lengths, no tree built";
  }
  std::string operator()(const plan::Flatten&) const { return "other names for columns"; }
  std::string operator()(const plan::Nest&) const {
    return "holds all indices and keys; trees built window by window";
  }
  std::string operator()(const plan::Concat&) const { return "joins segments"; }
  std::string operator()(const plan::Insert&) const { return "cuts and joins segments"; }
  std::string operator()(const plan::SetAt&) const { return "cuts and joins segments"; }
  std::string operator()(const plan::Remove&) const { return "cuts segments"; }
  std::string operator()(const plan::IndexBy&) const { return "key for look-ups"; }
  std::string operator()(const plan::Rename&) const { return "other names when trees are written"; }
  std::string operator()(const plan::Join& op) const {
    const bool pairs = op.kind == plan::Join::Kind::Inner || op.kind == plan::Join::Kind::Left;
    const std::string most = std::to_string(subject.context.budgets.max_index_entries);
    return "hash of key numbers of the trees in parentheses, " +
           (op.null_aware ? "at most " + most + " of them; "
                          : "beyond " + most +
                                " of them part by part, the pairs spilled to a temporary file; ") +
           (pairs ? "pairs of numbers, no tree built; " : "no tree built; ") + workers();
  }
  std::string operator()(const plan::Window& op) const {
    if (op.first_rows)
      return "keeps " + std::to_string(*op.first_rows) + " trees of each partition";
    return "holds all indices, keys and values: O(n)";
  }

  std::string workers() const {
    return "up to " + std::to_string(subject.context.budgets.threads) + " workers";
  }
};

void physical(const Subject& subject, std::string& out) {
  write_stages(*subject.optimized.plan, "  ", out, [&](const plan::Node& node) {
    return std::visit(HowItRuns{subject, node}, node.op);
  });
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "nothing" : text;
}

void decoded(const Subject& subject, std::string& out) {
  for (const DecodedPaths& paths : decode_plan(*subject.optimized.plan)) {
    out += "  " + plan::stage_text(*plan::make(paths.source)) + ":\n";
    out += "    to filter: " + listed(paths.filter) + "\n";
    out += "    as keys and values: " + listed(paths.keys) + "\n";
    out += "    for output: " + (paths.whole_trees ? "whole trees" : listed(paths.output)) + "\n";
  }
}

std::vector<Path> paths_of(const DecodedPaths& decoded) {
  std::vector<Path> paths;
  for (const auto* names : {&decoded.filter, &decoded.keys, &decoded.output})
    for (const std::string& name : *names)
      paths.push_back(name == "it" ? Path() : parse_path(name));
  if (decoded.whole_trees) paths.emplace_back();
  return paths;
}

// The stored bytes of the columns that reading some paths of a batch takes, each counted once.
std::uint64_t bytes_of(const std::vector<Path>& paths, batch::BatchReader& batch) {
  std::vector<PathId> columns;
  for (const Path& path : paths)
    for (const PathId column : batch::paths_needed(path, batch)) columns.push_back(column);
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  std::uint64_t bytes = 0;
  for (const PathId column : columns) bytes += batch.stored_bytes(column);
  return bytes;
}

// Walks a plan's sources and the filters right above them: what is expected to be kept and to be
// read, batch by batch.
class Costs {
 public:
  Costs(const Subject& subject, std::string& out)
      : subject_(subject), decoded_(decode_plan(*subject.optimized.plan)), out_(out) {}

  void visit(const plan::Node& node) {
    for (const plan::NodePtr& input : node.inputs) visit(*input);
    if (node.inputs.empty()) ++sources_;
    const plan::Node* below = node.inputs.empty() ? &node : node.inputs.front().get();
    const auto* filter = std::get_if<plan::Filter>(&node.op);
    const auto* source = std::get_if<plan::Source>(&below->op);
    if (source == nullptr || source->kind == plan::Source::Kind::Json ||
        source->kind == plan::Source::Kind::File || source->kind == plan::Source::Kind::Table)
      return;
    if (filter == nullptr && !node.inputs.empty()) return;
    write(node, *source, filter == nullptr ? nullptr : filter->predicate);
  }

 private:
  void write(const plan::Node& node, const plan::Source& source, const expr::ExprPtr& predicate) {
    const TreeSourcePtr bound = subject_.bind(source).trees;
    const std::vector<Path> paths = paths_of(decoded_.at(sources_ - 1));
    double kept = 0;
    std::size_t batches = 0;
    std::uint64_t bytes = 0;
    for (const Segment& segment : bound->segments()) {
      const batch::BatchReaderPtr batch = bound->open_batch(segment.batch);
      if (predicate && expr::prune(*predicate, *batch) == expr::Verdict::Never) continue;
      kept += segment.count * (predicate ? expr::selectivity(*predicate, batch.get()) : 1.0);
      bytes += bytes_of(paths, *batch);
      ++batches;
    }
    out_ += "  " + plan::stage_text(node) + ": about " + std::to_string(std::llround(kept)) +
            " of " + std::to_string(bound->trees()) + " trees, " + std::to_string(batches) +
            " of " + std::to_string(bound->segments().size()) + " batches to read, at most " +
            std::to_string(bytes) + " bytes\n";
  }

  const Subject& subject_;
  std::vector<DecodedPaths> decoded_;
  std::string& out_;
  std::size_t sources_ = 0;  // visited
};

void costs(const Subject& subject, std::string& out) {
  const std::size_t before = out.size();
  Costs(subject, out).visit(*subject.optimized.plan);
  if (out.size() == before) out += "  nothing stored is read\n";
}

struct Section {
  std::string_view name;
  void (*write)(const Subject& subject, std::string& out);
};
constexpr std::array<Section, 5> kSections{{{"logical", logical},
                                            {"optimized", optimized},
                                            {"physical", physical},
                                            {"decode_plan", decoded},
                                            {"costs", costs}}};

const Section& find_section(std::string_view name) {
  for (const Section& section : kSections)
    if (compare(section.name, name, Collation::NoCase) == 0) return section;
  throw_invalid("no such section: " + excerpt(name) +
                " (there are: logical, optimized, physical, decode_plan, costs)");
}

// Reads a result's trees within the bounds, counting them; false where more are left.
bool read_trees(RowStream& rows, const RunBounds& bounds, const ExecutionContext& context,
                std::uint64_t& trees) {
  std::string tree;
  while (const RowRunPtr run = rows.next()) {
    for (std::uint32_t row = 0; row < run->size(); ++row, ++trees) {
      if (bounds.max_trees && trees >= *bounds.max_trees) return false;
      tree.clear();
      run->tree(row, tree);
      context.check_interrupt();
    }
  }
  return true;
}

std::vector<std::uint64_t> counts(const Counters* counters) {
  std::vector<std::uint64_t> values;
  if (counters == nullptr) return values;
  for (const CounterName& name : counter_names())
    values.push_back((counters->*name.counter).load());
  return values;
}

}  // namespace

std::string explain(const plan::NodePtr& plan, std::string_view sections, const SourceBinder& bind,
                    const ExecutionContext& context) {
  for (const plan::Source& source : sources(*plan)) bind(source);  // says which there is none of
  const Subject subject{plan, plan::optimize_with(plan, {}, SourceStatistics(bind)), bind, context};
  std::string out;
  for (const std::string_view name : words_in(sections.empty() ? kDefault : sections)) {
    const Section& section = find_section(name);
    out += std::string(section.name) + ":\n";
    section.write(subject, out);
  }
  const std::vector<std::string> unknown = unknown_paths(*subject.optimized.plan, bind);
  for (const std::string& sentence : unknown)
    out += (&sentence == &unknown.front() ? "notes:\n  " : "  ") + sentence + '\n';
  return out;
}

std::string explain_analyze(const plan::NodePtr& plan, std::string_view sections,
                            const RunBounds& bounds, const SourceBinder& bind,
                            const ExecutionContext& context) {
  using Clock = std::chrono::steady_clock;
  std::string out = explain(plan, sections, bind, context);
  const std::vector<std::uint64_t> before = counts(context.counters);
  const Clock::time_point start = Clock::now();
  bool out_of_time = false;
  Interrupt* const outer = current_interrupt();
  Interrupt bounded([&] {
    if (bounds.time_budget && Clock::now() - start > *bounds.time_budget) out_of_time = true;
    return out_of_time || (outer != nullptr && outer->ask());
  });
  std::uint64_t trees = 0;
  bool partial = false;
  try {
    const InterruptScope scope(&bounded, InterruptScope::Thread::Caller);
    partial = !read_trees(*execute(optimized(plan, bind), bind, context), bounds, context, trees);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Interrupted || !out_of_time) throw;
    partial = true;
  }
  const double ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  char line[96];
  std::snprintf(line, sizeof line, "  trees: %llu in %.3f ms\n",
                static_cast<unsigned long long>(trees), ms);
  out += partial ? "observed (PARTIAL):\n" : "observed:\n";
  out += line;
  const std::vector<std::uint64_t> after = counts(context.counters);
  for (std::size_t i = 0; i < after.size(); ++i)
    out += "  " + std::string(counter_names()[i].name) + ": " +
           std::to_string(after[i] - before[i]) + "\n";
  return out;
}

}  // namespace arbors::exec
