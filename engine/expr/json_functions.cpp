// Functions that make objects and arrays.
#include <array>

#include "engine/base/error.h"
#include "engine/expr/call_frame.h"
#include "engine/expr/function.h"
#include "engine/json/json_value.h"
#include "engine/json/normalizer.h"
#include "engine/json/writer.h"

namespace arbors::expr {
namespace {

void json_value(CallFrame& frame) {
  std::string buffer;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const Scalar value = frame.args[0][i];
    if (!value.is_text() || value.kind == ValueKind::Json) {
      frame.pass(0, i);  // a number is JSON already
    } else {
      frame.out.append_value(Value::json(json::normalize(value.text)));
    }
  }
}

void object(CallFrame& frame) {
  if (frame.args.size() % 2 != 0) throw_invalid("object takes pairs of a key and a value");
  std::string text;
  std::string buffer;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    text = "{";
    for (std::size_t arg = 0; arg < frame.args.size(); arg += 2) {
      const Scalar key = frame.args[arg][i];
      if (key.is_null()) throw_invalid("object: a key must not be NULL");
      if (arg > 0) text += ',';
      json::write_string(text, text_of(key, buffer));
      text += ':';
      append_json(text, frame.args[arg + 1], i);
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

constexpr auto kScalar = Function::Shape::Scalar;
constexpr std::array<Function, 3> kFunctions{{
    {"json", 1, 1, "json(text)", "the text taken as JSON", kScalar, json_value},
    {"object", 0, 255, "object(key, value, …)", "an object of these keys and values", kScalar,
     object},
    {"array", 0, 255, "array(value, …)", "an array of these values", kScalar, array},
}};

}  // namespace

std::span<const Function> json_functions() { return kFunctions; }

}  // namespace arbors::expr
