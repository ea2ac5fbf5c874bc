#include "engine/expr/call_frame.h"

#include "engine/json/writer.h"

namespace arbors::expr {

using batch::Tag;

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

void append_json(std::string& out, const batch::Vector& vector, std::size_t row) {
  switch (vector.tag(row)) {
    case Tag::False:
      out += "false";
      return;
    case Tag::True:
      out += "true";
      return;
    case Tag::Integer:
      return json::write_integer(out, vector.integers[row]);
    case Tag::Real:
      return json::write_real(out, vector.reals[row]);
    case Tag::String:
      return json::write_string(out, vector.text(row));
    case Tag::BigNumber:
    case Tag::Opaque:
      out += vector.text(row);
      return;
    default:
      out += "null";
  }
}

void append_json(std::string& out, const Operand& operand, std::size_t i) {
  if (!operand.is_constant()) return append_json(out, operand.vector(), operand.row(i));
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

}  // namespace arbors::expr
