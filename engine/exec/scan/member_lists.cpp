#include "engine/exec/scan/member_lists.h"

#include <string>

#include "engine/batch/json_values.h"
#include "engine/json/writer.h"

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

}  // namespace

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

batch::List lists_at(const batch::Scope& scope, const Path& path) {
  const batch::VectorPtr kinds = scope.read(path, batch::Nested::Kind);
  if (!kinds->has(Tag::Object) && !kinds->has(Tag::Opaque)) return scope.list(path);
  const batch::VectorPtr values = scope.read(path);
  return holds_object(*values) ? lists_of(values) : scope.list(path);
}

}  // namespace arbors::exec
