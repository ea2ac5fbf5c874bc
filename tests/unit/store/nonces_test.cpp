// Random writes on an Arbor and on a plain list of trees, compared after each step: transactions,
// savepoints, rollbacks, a second connection, reopening, optimize, folds, vacuum, old generations;
// often several changes of one row, of its tree and of values in it, in one transaction.
#include <algorithm>
#include <map>
#include <random>

#include "engine/batch/build/batch_builder.h"
#include "engine/json/edit/edit.h"
#include "engine/json/values/json_value.h"
#include "sql/import/import.h"
#include "tests/unit/catch.h"
#include "tests/unit/random_seed.h"
#include "tests/unit/store/database.h"

using namespace arbors;
using namespace arbors::store;
using namespace arbors::store::tests;

namespace {

struct Row {
  std::int64_t rowid;
  std::string tree;
  bool operator==(const Row&) const = default;
};
using Model = std::vector<Row>;
using Tags = std::map<std::string, std::int64_t>;

class RandomWriter {
 public:
  RandomWriter(std::uint32_t batch_trees, std::uint64_t seed)
      : random_(seed), database_(file_.path()), other_(file_.path()) {
    store_ = database_.create(batches_of(batch_trees));
    reader_ = other_.open();
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      transaction();
      compare(*store_);
      if (below(4) == 0) compare(*reader_);
      if (below(20) == 0) store_ = database_.open();
      if (below(10) == 0) held_.push_back({store_->snapshot(), model_});
      if (held_.size() > 3) held_.erase(held_.begin());
      for (auto& [snapshot, trees] : held_) compare(*snapshot, trees);
      if (below(10) == 0) CHECK(store_->check() == std::vector<std::string>{});
      compare_history();
      compare_generations();
    }
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

  std::string new_tree() {
    const std::uint64_t kind = below(10);
    if (kind == 0) return std::to_string(below(1000));
    if (kind == 1) return "[1,{\"x\":" + std::to_string(below(9)) + "}]";
    if (kind < 7) return "{\"a\":" + new_part(3) + ",\"b\":" + new_part(2) + "}";
    return "{\"k" + std::to_string(below(6)) + "\":" + std::to_string(below(1000)) + ",\"s\":\"" +
           std::string(below(5), 'z') + "\"}";
  }

  // A scalar, or an object of such parts: the same path is a scalar here and an object there.
  std::string new_part(std::uint64_t depth) {
    static constexpr const char* kScalars[] = {"true", "null", "\"x\"", "1.5"};
    const std::uint64_t kind = below(8);
    if (kind < 5 && depth > 0)
      return "{\"a\":" + new_part(depth - 1) + ",\"b\":" + new_part(depth - 1) + "}";
    return kind < 7 ? std::to_string(below(1000)) : kScalars[below(std::size(kScalars))];
  }

  // A tree with another scalar in the place of one, or another part in the place of any.
  std::string changed(const std::string& tree) {
    std::vector<PathStep> steps;
    do {
      steps.push_back({PathStep::Kind::Key, below(2) == 0 ? "a" : "b", 0});
    } while (json::find_raw(tree, steps).starts_with("{") && below(3) != 0);
    if (json::find_raw(tree, steps).empty()) return new_tree();
    return json::with_value(tree, steps, new_part(below(3)));
  }

  void transaction() {
    const Model before = model_;
    const Tags tags_before = tags_;
    const std::int64_t next_before = next_;
    database_.run("BEGIN");
    store_->begin();
    const std::uint64_t changes = 1 + below(12);
    for (std::uint64_t k = 0; k < changes; ++k) {
      if (below(8) == 0) {
        savepoint();
      } else if (below(6) == 0) {
        tag();
      } else {
        change();
      }
    }
    if (below(6) == 0) {
      store_->rollback();
      database_.run("ROLLBACK");
      model_ = before;
      tags_ = tags_before;
      next_ = next_before;
      return;
    }
    store_->sync();
    database_.run("COMMIT");
    store_->commit();
    if (store_->generation() != generation_) generations_[store_->generation()] = model_;
    generation_ = store_->generation();
  }

  void savepoint() {
    const Model before = model_;
    const Tags tags_before = tags_;
    const std::int64_t next_before = next_;
    store_->savepoint(0);
    database_.run("SAVEPOINT s");
    for (std::uint64_t k = below(6); k > 0; --k) change();
    if (below(2) == 0) {
      store_->rollback_to(0);
      database_.run("ROLLBACK TO s");
      model_ = before;
      tags_ = tags_before;
      next_ = next_before;
    }
    store_->release(0);
    database_.run("RELEASE s");
    compare(*store_);
  }

  void change() {
    const std::uint64_t kind = below(100);
    const std::size_t at = model_.empty() ? 0 : below(model_.size());
    const std::string tree = new_tree();
    if (kind < 35 || model_.empty()) {
      CHECK(store_->insert(tree) == next_);
      model_.push_back({next_++, tree});
    } else if (kind < 55) {
      CHECK(store_->erase(model_[at].rowid));
      model_.erase(model_.begin() + static_cast<std::ptrdiff_t>(at));
    } else if (kind < 74) {
      model_[at].tree = below(3) == 0 ? tree : changed(model_[at].tree);
      CHECK(store_->replace(model_[at].rowid, model_[at].tree));
    } else if (kind < 80) {
      change_again(model_[at]);
    } else if (kind < 84) {
      store_->optimize();
    } else if (kind < 87) {
      const auto keep = static_cast<std::uint32_t>(below(4));
      store_->vacuum(keep);
    } else if (kind < 92) {
      append();
    } else if (kind < 96) {
      insert_at(at);
    } else if (kind < 97) {
      restore();
    } else if (kind < 98) {
      store_->clear();
      model_.clear();
    } else {
      const std::int64_t rowid = next_ + static_cast<std::int64_t>(below(5));
      CHECK(store_->insert(tree, rowid) == rowid);
      model_.push_back({rowid, tree});
      next_ = rowid + 1;
    }
  }

  // Changes one row several times, with a fold somewhere between.
  void change_again(Row& row) {
    const std::uint64_t changes = 3 + below(10), fold = below(changes);
    for (std::uint64_t k = 0; k < changes; ++k) {
      if (k == fold) store_->fold_pending();
      row.tree = changed(row.tree);
      CHECK(store_->replace(row.rowid, row.tree));
    }
  }

  // Tags a readable generation, or takes a tag off.
  void tag() {
    const std::string name(1, static_cast<char>('a' + below(4)));
    if (tags_.erase(name) > 0) {
      CHECK(store_->untag(name));
      return;
    }
    CHECK_FALSE(store_->untag(name));
    const auto history = store_->history();
    const std::int64_t generation = history[below(history.size())].generation;
    if (generation == store_->generation()) {
      CHECK(store_->tag(name, std::nullopt) == generation);
    } else {
      CHECK(store_->tag(name, Value::of(generation)) == generation);
    }
    tags_.emplace(name, generation);
  }

  void restore() {
    const auto history = store_->history();
    const std::int64_t generation = history[below(history.size())].generation;
    if (generation == store_->generation()) return;
    const Model& then = generations_[generation];
    const std::uint64_t changed = store_->restore(generation);
    CHECK(changed == differences(model_, then).size());
    model_ = then;
  }

  // The rowids of trees that two models differ in, with those of the second.
  static std::map<std::int64_t, std::string> differences(const Model& from, const Model& to) {
    std::map<std::int64_t, std::string> before, changed;
    for (const Row& row : from) before.emplace(row.rowid, row.tree);
    for (const Row& row : to) {
      const auto found = before.find(row.rowid);
      if (found == before.end() || found->second != row.tree) changed.emplace(row.rowid, row.tree);
      if (found != before.end()) before.erase(found);
    }
    for (const auto& [rowid, tree] : before) changed.emplace(rowid, "");
    return changed;
  }

  void compare_generations() {
    const auto history = store_->history();
    const std::int64_t from = history[below(history.size())].generation;
    const std::int64_t to = history[below(history.size())].generation;
    if (!generations_.contains(from) || !generations_.contains(to)) return;
    std::map<std::int64_t, std::string> changed;
    for (const auto changes = store_->difference(from, to); changes->next();) {
      changed.emplace(changes->rowid(), changes->after().value_or(""));
    }
    CHECK(changed == differences(generations_[from], generations_[to]));
  }

  EncodedBatch batch_of(const Trees& trees) {
    const std::vector<std::string_view> documents(trees.begin(), trees.end());
    return encode_batch(batch::build_batch(documents, store_->writable_paths()));
  }

  void append() {
    const Trees trees{new_tree(), new_tree(), new_tree()};
    store_->fold_pending();
    store_->append(batch_of(trees));
    for (const std::string& tree : trees) model_.push_back({next_++, tree});
  }

  void insert_at(std::size_t at) {
    const Trees trees{new_tree(), new_tree()};
    store_->insert_at(at, batch_of(trees));
    for (std::size_t k = 0; k < trees.size(); ++k) {
      model_.insert(model_.begin() + static_cast<std::ptrdiff_t>(at + k), Row{next_++, trees[k]});
    }
  }

  void compare(Store& store) {
    compare(*store.snapshot(), model_);
    REQUIRE(store.trees() == model_.size());
  }

  void compare(Snapshot& snapshot, const Model& model) {
    const Trees trees = trees_of(snapshot);
    const auto rowids = rowids_of(snapshot);
    REQUIRE(trees.size() == model.size());
    for (std::size_t k = 0; k < trees.size(); ++k) {
      REQUIRE(Row{rowids[k], trees[k]} == model[k]);
    }
    if (model.empty()) return;
    const Row& row = model[below(model.size())];
    const auto place = snapshot.find_rowid(row.rowid);
    REQUIRE(place);
    const exec::Segment& segment = snapshot.segments()[place->segment];
    CHECK(segment.rowid(place->row) == row.rowid);
    CHECK(segment.is_live(place->row));
  }

  void compare_history() {
    for (const GenerationInfo& info : store_->history()) {
      const auto known = generations_.find(info.generation);
      if (known == generations_.end()) continue;
      CHECK(info.trees == known->second.size());
      if (below(5) == 0) compare(*store_->snapshot(info.generation), known->second);
    }
    for (const auto& [name, generation] : tags_) {
      REQUIRE(store_->generation_of(Value::of(name)) == generation);
      compare(*store_->snapshot(generation), generations_[generation]);
      compare(*reader_->snapshot(generation), generations_[generation]);
    }
  }

  std::mt19937_64 random_;
  File file_;
  Database database_, other_;
  std::unique_ptr<Store> store_, reader_;
  Model model_;
  Tags tags_;
  std::int64_t next_ = 1;
  std::int64_t generation_ = 0;
  std::map<std::int64_t, Model> generations_{{0, {}}};
  std::vector<std::pair<std::shared_ptr<Snapshot>, Model>> held_;
};

}  // namespace

TEST_CASE("random writes leave what a list of trees would hold", "[store]") {
  const std::uint32_t batch_trees = GENERATE(1U, 2U, 5U, 16U, 1000U);
  const std::uint64_t seed = random_seed();
  INFO("batch_trees " << batch_trees << ", seed " << seed);
  RandomWriter(batch_trees, seed).run(60);
}
