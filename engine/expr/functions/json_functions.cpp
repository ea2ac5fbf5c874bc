// Functions that make objects and arrays, and take objects apart.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/expr/evaluate/call_frame.h"
#include "engine/expr/forms/function.h"
#include "engine/json/input/normalizer.h"
#include "engine/json/values/json_value.h"
#include "engine/json/values/writer.h"

namespace arbors::expr {
namespace {

std::string normalized(std::string_view text) {
  try {
    return json::normalize(text);
  } catch (const Error& error) {
    throw Error(error.code(), std::string("json(): ") + error.what());
  }
}

void json_value(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (!value.is_text() || value.kind == ValueKind::Json) {
      frame.pass(0, i);  // a number is JSON already
    } else {
      frame.out.append_value(Value::json(normalized(value.text)));
    }
  }
}

void object(CallFrame& frame) {
  if (frame.args.size() % 2 != 0) throw_invalid("object takes pairs of a key and a value");
  std::string text;
  std::vector<std::string> keys(frame.args.size() / 2);
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    for (std::size_t key = 0; key < keys.size(); ++key) {
      const Scalar value = frame.args[key * 2][i];
      if (value.is_null()) throw_invalid("object: a key must not be NULL");
      keys[key].clear();
      append_text(keys[key], value);
    }
    text = "{";
    for (std::size_t key = 0; key < keys.size(); ++key) {
      // The first of equal keys gives the place, the last the value, as in a tree that is read.
      const auto first = std::find(keys.begin(), keys.end(), keys[key]);
      if (static_cast<std::size_t>(first - keys.begin()) < key) continue;
      const auto last = std::find(keys.rbegin(), keys.rend(), keys[key]);
      const auto value = static_cast<std::size_t>(keys.rend() - last) * 2 - 1;
      if (text.size() > 1) text += ',';
      json::write_string(text, keys[key]);
      text += ':';
      append_json(text, frame.args[value], i);
    }
    text += '}';
    frame.out.append_json(text);
  }
}

void array(CallFrame& frame) {
  std::string text;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    text = "[";
    for (std::size_t arg = 0; arg < frame.args.size(); ++arg) {
      if (arg > 0) text += ',';
      append_json(text, frame.args[arg], i);
    }
    text += ']';
    frame.out.append_json(text);
  }
}

// Makes an array of what `write` writes of each member of the object; NULL of what is no object.
template <typename Write>
void each_member(CallFrame& frame, Write write) {
  std::string text;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (value.kind != ValueKind::Json || !value.text.starts_with('{')) {
      frame.out.append_null();
      continue;
    }
    text = "[";
    json::for_each_member(value.text, [&](std::string_view key, std::string_view raw) {
      if (text.size() > 1) text += ',';
      write(key, raw, text);
      return true;
    });
    frame.out.append_json(text += ']');
  }
}

// Appends the values that SQLite's json_each gives rows of.
void append_each(std::string_view json, std::string& text) {
  if (json.starts_with('[')) {
    text = json;
    return;
  }
  text = "[";
  if (json.starts_with('{')) {
    json::for_each_member(json, [&](std::string_view, std::string_view raw) {
      if (text.size() > 1) text += ',';
      text += raw;
      return true;
    });
  } else {
    text += json;
  }
  text += ']';
}

void json_values(CallFrame& frame) {
  std::string text;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (value.is_null()) {
      text = "[]";
    } else if (value.is_text()) {
      append_each(value.kind == ValueKind::Json ? std::string(value.text) : normalized(value.text),
                  text);
    } else {
      append_each(json_of_number(value), text);
    }
    frame.out.append_json(text);
  }
}

void keys(CallFrame& frame) {
  each_member(frame, [](std::string_view key, std::string_view, std::string& text) {
    json::write_string(text, key);
  });
}

void values(CallFrame& frame) {
  each_member(frame,
              [](std::string_view, std::string_view raw, std::string& text) { text += raw; });
}

void entries(CallFrame& frame) {
  each_member(frame, [](std::string_view key, std::string_view raw, std::string& text) {
    text += R"({"key":)";
    json::write_string(text, key);
    text.append(R"(,"value":)").append(raw) += '}';
  });
}

// A real among the values of a JSON function, spelled as SQLite does.
std::string json_of_real(double value) {
  std::string text = real_as_sql_json(value);
  if (text.empty())
    throw_invalid("an infinity among the values of a JSON function: SQLite makes no JSON of it");
  return text;
}

// SQL sees 1 and 0 where a tree has true and false.
void append_sql_json(std::string& text, const Operand& operand, std::uint32_t i) {
  const bool boolean = operand.is_constant()
                           ? operand.is_boolean()
                           : operand.vector().tag(operand.row(i)) == batch::Tag::True ||
                                 operand.vector().tag(operand.row(i)) == batch::Tag::False;
  if (boolean) return json::write_integer(text, operand[i].integer);
  if (operand[i].kind == ValueKind::Real)
    text += json_of_real(operand[i].real);
  else
    append_json(text, operand, i);
}

void json_array(CallFrame& frame) {
  std::string text;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    text = "[";
    for (const Operand& operand : frame.args) {
      if (&operand != &frame.args.front()) text += ',';
      append_sql_json(text, operand, i);
    }
    frame.out.append_json(text += ']');
  }
}

void json_object(CallFrame& frame) {
  if (frame.args.size() % 2 != 0)
    throw_invalid("json_object() requires an even number of arguments");
  std::string text;
  std::vector<std::string_view> keys(frame.args.size() / 2);
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    text = "{";
    for (std::size_t key = 0; key < keys.size(); ++key) {
      const Scalar label = frame.args[key * 2][i];
      if (!label.is_text()) throw_invalid("json_object() labels must be TEXT");
      keys[key] = label.text;
      if (std::find(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(key), keys[key]) !=
          keys.begin() + static_cast<std::ptrdiff_t>(key))
        throw_invalid("json_object(): the key " + std::string(keys[key]) + " comes twice");
      if (key > 0) text += ',';
      json::write_string(text, keys[key]);
      text += ':';
      append_sql_json(text, frame.args[key * 2 + 1], i);
    }
    frame.out.append_json(text += '}');
  }
}

// What json_array and json_group_array make of a value: 1 and 0 of true and false, of a real the
// digits that SQLite writes. With `flat` an array or object is an error, for SQLite may take it as
// JSON or as a text there.
template <bool flat>
void json_element(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (value.kind == ValueKind::Json && flat)
      throw_invalid(
          "an array or object among the values of a JSON function, which SQLite may take as a "
          "text: write json(…) around it");
    if (value.kind == ValueKind::Integer)
      frame.out.append_integer(value.integer);
    else if (value.kind == ValueKind::Real)
      frame.out.append_big_number(json_of_real(value.real), value.real);
    else
      frame.pass(0, i);
  }
}

// The JSON text of a value, as -> gives it; NULL where nothing is.
void json_text(CallFrame& frame) {
  const Operand& operand = frame.args[0];
  std::string text;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    if (operand.is_constant() || operand.vector().tag(operand.row(i)) == batch::Tag::Missing) {
      frame.out.append_null();
      continue;
    }
    text.clear();
    append_json(text, operand, i);
    const bool whole = operand[i].kind == ValueKind::Json;
    whole ? frame.out.append_json(text) : frame.out.append_text(text);
  }
}

// What -> gives as JSON functions take it: true stays true, and a text a string.
void json_part(CallFrame& frame) {
  const Operand& operand = frame.args[0];
  std::string text;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    if (operand[i].is_null()) {
      frame.out.append_null();
      continue;
    }
    text.clear();
    append_json(text, operand, i);
    frame.out.append_json(text);
  }
}

// json() of a text that is an array or object. Of a scalar SQLite's answer is a text, which a tree
// would show as what it says.
void json_document(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (value.is_null()) {
      frame.out.append_null();
      continue;
    }
    std::string text;
    if (value.is_text())
      text = value.kind == ValueKind::Json ? std::string(value.text) : normalized(value.text);
    if (!text.starts_with('{') && !text.starts_with('['))
      throw_invalid(
          "JSON that is no array or object, which SQLite takes as a text here, is understood "
          "inside a JSON function alone: write the value itself");
    frame.out.append_json(text);
  }
}

std::uint64_t element_count(std::string_view json) {
  std::uint64_t count = 0;
  json::for_each_element(json, [&](std::string_view) { return ++count > 0; });
  return count;
}

void json_array_length(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (value.is_null())
      frame.out.append_null();
    else if (value.is_text())
      frame.out.append_integer(static_cast<std::int64_t>(element_count(
          value.kind == ValueKind::Json ? std::string(value.text) : normalized(value.text))));
    else
      frame.out.append_integer(0);
  }
}

std::string_view type_of_json(std::string_view json) {
  switch (json::decode(json).kind) {
    case json::JsonKind::Null:
      return "null";
    case json::JsonKind::False:
      return "false";
    case json::JsonKind::True:
      return "true";
    case json::JsonKind::Integer:
      return "integer";
    case json::JsonKind::String:
      return "text";
    case json::JsonKind::Object:
      return "object";
    case json::JsonKind::Array:
      return "array";
    case json::JsonKind::BigNumber:
      return json.find_first_of(".eE") == std::string_view::npos ? "integer" : "real";
    default:
      return "real";
  }
}

void json_type(CallFrame& frame) {
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (value.is_null())
      frame.out.append_null();
    else if (value.is_text())
      frame.out.append_text(value.kind == ValueKind::Json ? type_of_json(value.text)
                                                          : type_of_json(normalized(value.text)));
    else
      frame.out.append_text(value.kind == ValueKind::Integer ? "integer" : "real");
  }
}

constexpr std::array<Function, 16> kJsonFunctions{{
    {"json_array", 0, 255, "json_array(value, …)",
     "the same as array, with 1 and 0 of true and false", kScalar, json_array},
    {"json_object", 0, 255, "json_object(key, value, …)",
     "an object, with 1 and 0 of true and false; a key that comes twice is an error", kScalar,
     json_object},
    {"json_element", 1, 1, "json_element(value)", "the value as json_array takes it", kScalar,
     json_element<false>},
    {"json_scalar", 1, 1, "json_scalar(value)", "the same; an error of an array or object", kScalar,
     json_element<true>},
    {"json_text", 1, 1, "json_text(path)", "the value's JSON text; an array or object as it is",
     kScalar, json_text},
    {"json_part", 1, 1, "json_part(path)", "the value as JSON: json_array takes true as true",
     kScalar, json_part},
    {"json_document", 1, 1, "json_document(text)",
     "the array or object that the text says; an error of other JSON", kScalar, json_document},
    {"json_array_length", 1, 1, "json_array_length(json)",
     "how many elements an array has; 0 of what is none", kScalar, json_array_length},
    {"json_type", 1, 1, "json_type(json)",
     "null, true, false, integer, real, text, array or object", kScalar, json_type},
    {"json_values", 1, 1, "json_values(value)",
     "the values of the rows that json_each gives, as an array", kScalar, json_values},
    {"json", 1, 1, "json(text)", "the text taken as JSON", kScalar, json_value},
    {"object", 0, 255, "object(key, value, …)", "an object of these keys and values", kScalar,
     object},
    {"array", 0, 255, "array(value, …)", "an array of these values", kScalar, array},
    {"keys", 1, 1, "keys(object)", "the keys of an object, in their order", kScalar, keys},
    {"values", 1, 1, "values(object)", "the values of an object's members", kScalar, values},
    {"entries", 1, 1, "entries(object)", "an object {key, value} for each member", kScalar,
     entries},
}};

}  // namespace

std::span<const Function> json_functions() { return kJsonFunctions; }

}  // namespace arbors::expr
