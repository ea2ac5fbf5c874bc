// Runs plans over documents in memory, cut into batches of any size.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/batch/build/batch_builder.h"
#include "engine/batch/columns/memory_batch.h"
#include "engine/exec/query/query.h"
#include "engine/exec/source/memory_source.h"
#include "engine/plan/optimize/optimizer.h"
#include "engine/plan/parse_plan.h"
#include "sql/tables/path_index.h"

namespace arbors::exec {

using Texts = std::vector<std::string>;

inline TreeSourcePtr source_of(const Texts& documents, std::size_t batch_trees) {
  auto paths = std::make_shared<PathDictionary>();
  std::vector<batch::BatchReaderPtr> batches;
  for (std::size_t at = 0; at < documents.size(); at += batch_trees) {
    std::vector<std::string_view> part;
    for (std::size_t i = at; i < std::min(documents.size(), at + batch_trees); ++i)
      part.push_back(documents[i]);
    batches.push_back(std::make_shared<batch::MemoryBatch>(
        std::make_shared<batch::BuiltBatch>(batch::build_batch(part, *paths)), paths));
  }
  return std::make_shared<MemorySource>(std::move(batches), paths);
}

// What a kept-up index gives in the order of its keys, two rows and more at a time.
class OrderInMemory : public KeyOrder {
 public:
  OrderInMemory(const Texts& documents, const plan::IndexSearch& search) : KeyOrder(search) {
    for (std::size_t at = 0; at < documents.size(); ++at)
      for (Value& key : store::tree_keys(documents[at], search.path))
        entries_.emplace_back(std::move(key), static_cast<std::int64_t>(at) + 1);
    std::stable_sort(entries_.begin(), entries_.end(), [&](const auto& left, const auto& right) {
      return order(left.first, right.first) < 0;
    });
  }

  std::optional<KeyRun> after(const Value* last, std::size_t wanted,
                              std::size_t most) const override {
    KeyRun run;
    const Value* key = nullptr;
    for (const auto& [at, rowid] : entries_) {
      if ((last != nullptr && order(at, *last) <= 0) || !in_ranges(at)) continue;
      if (run.rowids.size() >= wanted && order(at, *key) != 0) break;
      if (run.rowids.size() >= most) return std::nullopt;
      if (run.rowids.empty()) run.keys = {at, at};
      (descending() ? run.keys.low : run.keys.high) = at;
      key = &at;
      run.rowids.push_back(rowid);
    }
    return run;
  }

 private:
  bool descending() const { return search().order == plan::IndexSearch::Order::Descending; }
  int order(const Value& left, const Value& right) const {
    return descending() ? compare(right, left) : compare(left, right);
  }
  bool in_ranges(const Value& key) const {
    return std::any_of(search().ranges.begin(), search().ranges.end(),
                       [&](const plan::KeyRange& range) {
                         return compare(range.low, key) <= 0 && compare(key, range.high) <= 0;
                       });
  }

  std::vector<std::pair<Value, std::int64_t>> entries_;
};

class PlanRunner {
 public:
  void add(const std::string& name, const Texts& documents, std::size_t batch_trees = 2) {
    sources_[name] = source_of(documents, batch_trees);
    documents_[name] = documents;
  }

  Texts run(const plan::NodePtr& plan) {
    TreeStream trees(execute(plan, bind_, context));
    Texts result;
    std::string tree;
    while (trees.next(tree)) result.push_back(tree);
    return result;
  }
  Texts run(std::string_view text, std::span<const Value> parameters = {}) {
    return run(prepare(text, parameters));
  }
  Texts run_as_written(std::string_view text) { return run(plan::parse_plan(text)); }
  Query query(std::string_view text) { return {prepare(text), bind_, context}; }
  const SourceBinder& binder() const { return bind_; }

  ExecutionContext context;

 private:
  // What a kept-up index finds: the rows with a key in one of the ranges.
  std::vector<std::int64_t> search(const plan::Source& source) const {
    std::vector<std::int64_t> rowids;
    for (const std::string& text : documents_.at(source.name)) {
      const std::int64_t rowid =
          static_cast<std::int64_t>(&text - &documents_.at(source.name)[0]) + 1;
      for (const Value& key : store::tree_keys(text, source.search->path))
        for (const plan::KeyRange& range : source.search->ranges)
          if (compare(range.low, key) <= 0 && compare(key, range.high) <= 0 &&
              (rowids.empty() || rowids.back() != rowid))
            rowids.push_back(rowid);
    }
    return rowids;
  }

  std::map<std::string, TreeSourcePtr> sources_;
  std::map<std::string, Texts> documents_;
  SourceBinder bind_ = [this](const plan::Source& source) -> BoundSource {
    const auto found = sources_.find(source.name);
    if (found == sources_.end()) throw_invalid("no such Arbor: " + source.name);
    if (!source.search) return found->second;
    if (source.search->order != plan::IndexSearch::Order::Any)
      return {found->second,
              std::make_shared<const OrderInMemory>(documents_.at(source.name), *source.search)};
    return {found->second, search(source)};
  };
};

}  // namespace arbors::exec
