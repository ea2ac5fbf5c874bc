#include "engine/expr/functions/host_call.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <string>

#include "engine/base/error.h"

namespace arbors::expr {
namespace {

std::atomic<MakeHostCall> make_host_call{nullptr};

// Numbers by their bits in order of appearance, as long as few of them differ.
class Numbers {
 public:
  explicit Numbers(std::size_t most) : most_(most), slots_(std::bit_ceil(most * 2 + 2)) {}

  bool full() const { return bits_.size() > most_; }
  std::uint32_t number(std::uint64_t bits) {
    std::size_t at = (bits * 0x9E3779B97F4A7C15ULL >> 20) & (slots_.size() - 1);
    for (; slots_[at] != 0; at = (at + 1) & (slots_.size() - 1))
      if (bits_[slots_[at] - 1] == bits) return slots_[at] - 1;
    bits_.push_back(bits);
    slots_[at] = static_cast<std::uint32_t>(bits_.size());
    return slots_[at] - 1;
  }

 private:
  std::size_t most_;
  std::vector<std::uint32_t> slots_;  // 1 + the number; 0: none
  std::vector<std::uint64_t> bits_;
};

// The column that alone differs from row to row; null where there is none, or more of them.
const Operand* only_column(const CallFrame& frame) {
  const Operand* found = nullptr;
  for (const Operand& arg : frame.args) {
    if (arg.is_constant()) continue;
    if (found != nullptr) return nullptr;
    found = &arg;
  }
  return found;
}

}  // namespace

void set_host_calls(MakeHostCall make) { make_host_call = make; }

HostCallPtr host_call(std::string_view function, std::size_t arguments) {
  const MakeHostCall make = make_host_call;
  if (make == nullptr)
    throw Error(ErrorCode::Unsupported, std::string(function) + " needs SQLite, which is not here");
  return make(function, arguments);
}

bool has_host_call(std::string_view function, std::size_t arguments) {
  try {
    host_call(function, arguments);
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Unsupported) throw;
    return false;
  }
}

std::optional<OnceANumber> once_a_number(const CallFrame& frame) {
  constexpr std::uint32_t kNone = 0xFFFFFFFF;
  using batch::Tag;
  const Operand* const operand = only_column(frame);
  if (operand == nullptr) return std::nullopt;
  const batch::Vector& column = operand->vector();
  const bool integers = column.only(batch::tag_bit(Tag::Integer) | batch::kNullTags);
  const bool reals = column.only(batch::tag_bit(Tag::Real) | batch::kNullTags);
  if (!integers && !reals) return std::nullopt;
  OnceANumber once;
  once.of_rows.resize(frame.rows);
  Numbers numbers(frame.rows / 2);
  std::uint32_t null = kNone, last = 0;
  std::uint64_t last_bits = 0;
  std::vector<std::uint32_t> of_number;
  for (std::uint32_t i = 0; i < frame.rows; ++i) {
    const std::size_t row = operand->row(i);
    if ((batch::tag_bit(column.tag(row)) & batch::kNullTags) != 0) {
      if (null == kNone) {
        null = static_cast<std::uint32_t>(once.rows.size());
        once.rows.push_back(i);
      }
      once.of_rows[i] = null;
      continue;
    }
    const auto bits = integers ? static_cast<std::uint64_t>(column.integers[row])
                               : std::bit_cast<std::uint64_t>(column.reals[row]);
    if (of_number.empty() || bits != last_bits) {
      last_bits = bits;
      const std::uint32_t number = numbers.number(bits);
      if (numbers.full()) return std::nullopt;
      if (number == of_number.size()) {
        of_number.push_back(static_cast<std::uint32_t>(once.rows.size()));
        once.rows.push_back(i);
      }
      last = of_number[number];
    }
    once.of_rows[i] = last;
  }
  return once;
}

}  // namespace arbors::expr
