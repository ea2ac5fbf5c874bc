#include "engine/exec/group/gathering_batch.h"

#include <algorithm>
#include <numeric>

#include "engine/base/error.h"
#include "engine/base/excerpt.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/scan/reshape.h"
#include "engine/json/edit/edit.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"

namespace arbors::exec {
namespace {

using batch::Tag;

// The same paths under the same numbers, in a dictionary that may get more.
PathDictionary copied(const PathDictionary& from) {
  PathDictionary to;
  for (PathId id = 1; id < from.size(); ++id) {
    if (from[id].element)
      to.intern_element(from[id].parent);
    else
      to.intern_key(from[id].parent, from[id].key);
  }
  return to;
}

batch::VectorPtr with_last_key(const batch::Vector& objects, PathId key) {
  auto result = std::make_shared<batch::Vector>(objects);
  auto shapes = std::make_shared<std::vector<std::vector<PathId>>>(*objects.shapes);
  for (std::vector<PathId>& keys : *shapes) keys.push_back(key);
  result->shapes = std::move(shapes);
  return result;
}

bool has_member(std::string_view object, std::string_view name) {
  bool found = false;
  json::for_each_member(object, [&](std::string_view key, std::string_view) {
    found = key == name;
    return !found;
  });
  return found;
}

}  // namespace

GatheringBatch::GatheringBatch(batch::BatchReaderPtr heads, std::string field, GatheredTrees arrays,
                               std::string stage)
    : heads_(std::move(heads)),
      field_(std::move(field)),
      stage_(std::move(stage)),
      arrays_(std::move(arrays)) {}

void GatheringBatch::refuse_head(std::string_view head) const {
  throw_invalid(stage_ + ": cannot set " + field_ + ": the tree " + excerpt(head) +
                " is not an object; filter such trees out first");
}

void GatheringBatch::write_head(std::uint32_t row, std::string& out) const {
  if (heads_->append_tree(row, out)) return;
  if (!head_writer_) head_writer_.emplace(*heads_);
  head_writer_->write_tree(row, out);
}

void GatheringBatch::write_tree(std::uint32_t row, std::string& out) const {
  std::string head;
  write_head(row, head);
  if (!head.starts_with('{')) refuse_head(head);
  if (has_member(head, field_)) {
    std::string array;
    arrays_.write_array(row, [&](std::string_view piece) { array += piece; });
    out += json::with_value(head, Path{{{PathStep::Kind::Key, field_, 0}}}.steps, array);
    return;
  }
  head.pop_back();
  if (head != "{") head += ',';
  json::write_string(head, field_);
  head += ':';
  out.reserve(out.size() + head.size() + arrays_.array_bytes(row) + 1);
  out += head;
  arrays_.write_array(row, [&](std::string_view piece) { out += piece; });
  out += '}';
}

bool GatheringBatch::append_tree(std::uint32_t row, std::string& out) {
  write_tree(row, out);
  return true;
}

batch::BatchReaderPtr GatheringBatch::whole_trees() const {
  std::vector<std::string> texts(trees());
  for (std::uint32_t row = 0; row < trees(); ++row) write_tree(row, texts[row]);
  return batch_of_texts(texts);
}

const GatheringBatch::Columns& GatheringBatch::columns() const {
  if (columns_) return *columns_;
  const batch::VectorPtr root = heads_->column(kRootPath);
  constexpr batch::TagSet kObjects = batch::tag_bit(Tag::Object) | batch::tag_bit(Tag::Opaque);
  for (std::uint32_t row = 0; row < trees() && !root->only(kObjects); ++row) {
    if ((batch::tag_bit(root->tag(row)) & kObjects) != 0) continue;
    std::string head;
    write_head(row, head);
    refuse_head(head);
  }
  Columns made;
  if (root->has(Tag::Opaque) || heads_->paths().find_key(kRootPath, field_) != kNoPath) {
    made.whole = whole_trees();
    made.paths = copied(made.whole->paths());
  } else {
    made.paths = copied(heads_->paths());
    made.field = made.paths.intern_key(kRootPath, field_);
    made.root = with_last_key(*root, made.field);
    made.of_field.rows = made.of_field.distinct = trees();
    made.of_field.counts[static_cast<unsigned>(Tag::Opaque)] = trees();
  }
  return columns_.emplace(std::move(made));
}

const batch::Statistics* GatheringBatch::statistics(PathId path) {
  const Columns& made = columns();
  if (made.whole) return made.whole->statistics(path);
  return path == made.field ? &made.of_field : heads_->statistics(path);
}

void GatheringBatch::load(std::span<const PathId> paths) {
  const Columns& made = columns();
  if (std::find(paths.begin(), paths.end(), made.field) != paths.end()) arrays_.prepare();
}

batch::VectorPtr GatheringBatch::column(PathId path) {
  const Columns& made = columns();
  if (made.whole) return made.whole->column(path);
  if (path == kRootPath) return made.root;
  return path == made.field ? arrays() : heads_->column(path);
}

batch::VectorPtr GatheringBatch::arrays() {
  if (batch::VectorPtr known = known_arrays_.lock()) return known;
  std::uint64_t bytes = 0;
  for (std::uint32_t row = 0; row < trees(); ++row) bytes += arrays_.array_bytes(row);
  if (bytes > batch::kMostTextBytes)
    throw Error(ErrorCode::Limit, "the texts of one column of a result exceed 1 GiB");
  auto pool = std::make_shared<batch::TextPool>();
  auto vector = std::make_shared<batch::Vector>();
  pool->heap.reserve(bytes);
  for (std::uint32_t row = 0; row < trees(); ++row) {
    arrays_.write_array(row, [&](std::string_view piece) {
      pool->heap.insert(pool->heap.end(), piece.begin(), piece.end());
    });
    pool->offsets.push_back(static_cast<std::uint32_t>(pool->heap.size()));
  }
  std::vector<std::uint32_t> codes(trees());
  std::iota(codes.begin(), codes.end(), 0U);
  vector->codes = batch::Codes(std::move(codes));
  vector->rows = trees();
  vector->uniform = Tag::Opaque;
  vector->kinds = batch::tag_bit(Tag::Opaque);
  vector->opaque = std::move(pool);
  known_arrays_ = vector;
  return vector;
}

}  // namespace arbors::exec
