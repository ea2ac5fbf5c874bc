#include "engine/expr/evaluate/call_frame.h"

#include <cmath>

#include "engine/batch/trees/value_writer.h"
#include "engine/json/values/writer.h"

namespace arbors::expr {

void CallFrame::pass(std::size_t arg, std::uint32_t i) const {
  const Operand& operand = args[arg];
  if (!operand.is_constant()) return out.append_from(operand.vector(), operand.row(i));
  if (operand.is_boolean()) return out.append_bool(operand.constant().integer != 0);
  out.append_value(operand.constant());
}

void append(batch::VectorBuilder& out, const Scalar& value) {
  switch (value.kind) {
    case ValueKind::Null:
      return out.append_null();
    case ValueKind::Integer:
      return out.append_integer(value.integer);
    case ValueKind::Real:
      return out.append_real(value.real);
    default:
      return out.append_value(to_value(value));
  }
}

std::string_view text_of(const Scalar& value, std::string& buffer) {
  if (!value.is_number()) return value.text;
  buffer.clear();
  append_text(buffer, value);
  return buffer;
}

void append_json(std::string& out, const Operand& operand, std::size_t i) {
  if (!operand.is_constant()) return batch::write_value(operand.vector(), operand.row(i), out);
  const Value& value = operand.constant();
  switch (value.kind) {
    case ValueKind::Null:
      out += "null";
      return;
    case ValueKind::Integer:
      if (!operand.is_boolean()) return json::write_integer(out, value.integer);
      out += value.integer != 0 ? "true" : "false";
      return;
    case ValueKind::Real:
      return json::write_real(out, value.real);
    case ValueKind::Json:
      out += value.text;
      return;
    default:
      return json::write_string(out, value.text);
  }
}

std::string json_of_number(const Scalar& number) {
  std::string text;
  if (number.kind == ValueKind::Real && std::isinf(number.real))
    json::write_real(text, number.real);
  else
    append_text(text, number);
  return text;
}

}  // namespace arbors::expr
