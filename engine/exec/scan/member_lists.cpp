#include "engine/exec/scan/member_lists.h"

#include <string>

#include "engine/batch/vectors/json_values.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/scan/column_batch.h"
#include "engine/exec/scan/member_columns.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/evaluate/operand.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/writer.h"

namespace arbors::exec {
namespace {

using batch::Tag;

bool holds_object(const batch::Vector& values) {
  if (!values.has(Tag::Opaque)) return false;
  for (std::uint32_t row = 0; row < values.rows; ++row)
    if (values.tag(row) == Tag::Opaque && values.text(row).starts_with('{')) return true;
  return false;
}

void append_members(std::string_view object, batch::VectorBuilder& elements) {
  std::string text;
  json::for_each_member(object, [&](std::string_view key, std::string_view raw) {
    text = R"({"key":)";
    json::write_string(text, key);
    text.append(R"(,"value":)").append(raw) += '}';
    elements.append_json(text);
    return true;
  });
}

// Tells whether all that is there are arrays.
bool holds_arrays_alone(const batch::Vector& values) {
  if (!values.only(batch::tag_bit(Tag::Array) | batch::tag_bit(Tag::Opaque) | batch::kNullTags))
    return false;
  return !values.has(Tag::Opaque) || !holds_object(values);
}

// Builds lists as json_each does, value by value.
class EachBuilder {
 public:
  explicit EachBuilder(bool keys) : with_keys_(keys) {}

  void add(const batch::Vector& values, std::uint32_t row) {
    const Scalar value = expr::scalar_at(values, row);  // as SQL sees it
    if (value.kind == ValueKind::Json) {
      add_json(value.text);
    } else if (value.is_text()) {
      add_json(json::normalize(value.text));
    } else if (!value.is_null()) {
      add_json(expr::json_of_number(value));
    }
    starts_.push_back(elements_.rows());
    present_.push_back(1);
  }

  EachList finish() {
    batch::VectorPtr keys = with_keys_ ? keys_.finish() : nullptr;
    return {{std::move(starts_), std::move(present_), batch::Scope(elements_.finish())},
            std::move(keys),
            nullptr};
  }

 private:
  void add_json(std::string_view text) {
    if (text.starts_with('{')) {
      json::for_each_member(text, [&](std::string_view key, std::string_view raw) {
        batch::append_json_value(elements_, raw);
        if (with_keys_) keys_.append_text(key);
        return true;
      });
    } else if (text.starts_with('[')) {
      std::int64_t index = 0;
      json::for_each_element(text, [&](std::string_view raw) {
        batch::append_json_value(elements_, raw);
        if (with_keys_) keys_.append_integer(index++);
        return true;
      });
    } else {
      batch::append_json_value(elements_, text);
      if (with_keys_) keys_.append_null();
    }
  }

  bool with_keys_;
  std::vector<std::uint32_t> starts_{0};
  std::vector<std::uint8_t> present_;
  batch::VectorBuilder elements_;
  batch::VectorBuilder keys_;
};

batch::VectorPtr indexes_of(const batch::List& list) {
  batch::VectorBuilder indexes;
  for (std::size_t row = 0; row + 1 < list.starts.size(); ++row)
    for (std::uint32_t at = list.starts[row]; at < list.starts[row + 1]; ++at)
      indexes.append_integer(at - list.starts[row]);
  return indexes.finish();
}

// Tells whether all that is there are objects whose members lie in columns.
bool holds_shredded_objects(const batch::Vector& kinds) {
  return kinds.has(Tag::Object) && kinds.shapes && !kinds.codes.empty() &&
         kinds.only(batch::tag_bit(Tag::Object) | batch::kNullTags);
}

}  // namespace

EachList each_of(const batch::VectorPtr& values, bool keys) {
  EachBuilder builder(keys);
  for (std::uint32_t row = 0; row < values->rows; ++row) builder.add(*values, row);
  return builder.finish();
}

EachList each_at(const batch::Scope& scope, const Path& path, bool keys) {
  const batch::VectorPtr kinds = scope.read(path, batch::Nested::Kind);
  const bool opaque = kinds->has(Tag::Opaque);  // whose text is not there
  if (!opaque && holds_arrays_alone(*kinds)) {
    batch::List list = scope.list(path);
    batch::VectorPtr indexes = keys ? indexes_of(list) : nullptr;
    return {std::move(list), std::move(indexes), nullptr};
  }
  if (holds_shredded_objects(*kinds)) return MemberColumns(scope, path, *kinds).build(keys);
  return each_of(scope.read(path), keys);
}

batch::List lists_of(const batch::VectorPtr& values) {
  if (!holds_object(*values)) return batch::Scope(values).list({});
  batch::VectorBuilder elements;
  std::vector<std::uint32_t> starts{0};
  std::vector<std::uint8_t> present(values->rows, 0);
  for (std::uint32_t row = 0; row < values->rows; ++row) {
    const std::string_view text =
        values->tag(row) == Tag::Opaque ? values->text(row) : std::string_view();
    present[row] = text.empty() ? 0 : 1;
    if (text.starts_with('{')) append_members(text, elements);
    if (text.starts_with('['))
      json::for_each_element(text, [&](std::string_view raw) {
        batch::append_json_value(elements, raw);
        return true;
      });
    starts.push_back(elements.rows());
  }
  return {std::move(starts), std::move(present), batch::Scope(elements.finish())};
}

// The members as {key, value}.
EachList lists_at(const batch::Scope& scope, const Path& path) {
  const batch::VectorPtr kinds = scope.read(path, batch::Nested::Kind);
  if (!kinds->has(Tag::Object) && !kinds->has(Tag::Opaque)) return {scope.list(path)};
  if (!holds_shredded_objects(*kinds)) {
    const batch::VectorPtr values = scope.read(path);
    return {holds_object(*values) ? lists_of(values) : scope.list(path)};
  }
  EachList members = MemberColumns(scope, path, *kinds).build(true);
  const std::uint32_t count = members.list.elements.size();
  members.owner = std::make_shared<ColumnBatch>(
      std::vector<NamedColumn>{{"key", std::move(members.keys)},
                               {"value", members.list.elements.read({})}},
      count);
  members.keys = nullptr;
  members.list.elements = batch::Scope(*members.owner);
  return members;
}

}  // namespace arbors::exec
