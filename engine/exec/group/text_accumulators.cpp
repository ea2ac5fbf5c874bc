// group_concat and json_group_object: texts that grow in the rows' order.
#include <unordered_set>

#include "engine/base/error.h"
#include "engine/batch/trees/value_writer.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/kept_value.h"
#include "engine/json/values/writer.h"

namespace arbors::exec {
namespace {

class Concat : public Accumulator {
 public:
  explicit Concat(std::string separator) : separator_(std::move(separator)) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    texts_.resize(rows.groups);
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      const Scalar value = scalar_at(*values, row);
      if (!value.is_null()) append_text(begun(rows[row]), value);
    }
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Concat&>(other).texts_;
    texts_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group)
      if (added[group].any) begun(to[group]) += added[group].text;
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    texts_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const Text& text : texts_)
      text.any ? builder.append_text(text.text) : builder.append_null();
    return builder.finish();
  }

 private:
  struct Text {
    std::string text;
    bool any = false;
  };
  // A group's text, ready for the next value.
  std::string& begun(std::uint32_t group) {
    Text& text = texts_[group];
    if (text.any) text.text += separator_;
    text.any = true;
    return text.text;
  }

  std::string separator_;
  std::vector<Text> texts_;
};

class Members : public Accumulator {
 public:
  void add(const batch::Vector*, const RowGroups&) override {}

  void add_pairs(const batch::Vector& keys, const batch::Vector& values,
                 const RowGroups& rows) override {
    objects_.resize(rows.groups);
    std::string key;
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
      const Scalar name = scalar_at(keys, row);
      if (name.is_null()) throw_invalid("json_group_object: a key must not be NULL");
      key.clear();
      append_text(key, name);
      Object& object = objects_[rows[row]];
      if (!object.keys.insert(key).second)
        throw_invalid("json_group_object: the key " + key + " comes twice in a group");
      object.text += object.text.empty() ? '{' : ',';
      json::write_string(object.text, key);
      object.text += ':';
      batch::write_value(values, row, object.text);
    }
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    auto& added = static_cast<Members&>(other).objects_;
    objects_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) {
      if (added[group].text.empty()) continue;
      Object& object = objects_[to[group]];
      for (const std::string& key : added[group].keys)
        if (!object.keys.insert(key).second)
          throw_invalid("json_group_object: the key " + key + " comes twice in a group");
      added[group].text.front() = object.text.empty() ? '{' : ',';
      object.text += added[group].text;
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    objects_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const Object& object : objects_)
      builder.append_json(object.text.empty() ? "{}" : object.text + '}');
    return builder.finish();
  }

 private:
  struct Object {
    std::string text;  // without the closing bracket; empty: nothing yet
    std::unordered_set<std::string> keys;
  };
  std::vector<Object> objects_;
};

}  // namespace

AccumulatorPtr concat_accumulator(std::string separator) {
  return std::make_unique<Concat>(std::move(separator));
}
AccumulatorPtr object_accumulator() { return std::make_unique<Members>(); }

}  // namespace arbors::exec
