#include "engine/batch/trees/value_writer.h"

#include "engine/json/values/writer.h"

namespace arbors::batch {

void write_value(const Vector& vector, std::size_t row, std::string& out) {
  switch (vector.tag(row)) {
    case Tag::False:
      out += "false";
      break;
    case Tag::True:
      out += "true";
      break;
    case Tag::Integer:
      json::write_integer(out, vector.integers[row]);
      break;
    case Tag::Real:
      json::write_real(out, vector.reals[row]);
      break;
    case Tag::String:
      json::write_string(out, (*vector.strings)[vector.codes[row]]);
      break;
    case Tag::BigNumber:
      out += (*vector.big_numbers)[vector.codes[row]];
      break;
    case Tag::Opaque:
      out += (*vector.opaque)[vector.codes[row]];
      break;
    default:
      out += "null";
  }
}

}  // namespace arbors::batch
