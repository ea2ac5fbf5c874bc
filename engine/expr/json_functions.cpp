// Functions that make objects and arrays, and take objects apart.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/expr/call_frame.h"
#include "engine/expr/function.h"
#include "engine/json/json_value.h"
#include "engine/json/normalizer.h"
#include "engine/json/writer.h"

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

constexpr std::array<Function, 6> kJsonFunctions{{
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
