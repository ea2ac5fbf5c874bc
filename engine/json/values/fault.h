// Says what is wrong with a JSON text and where: a strict checker by RFC 8259, byte by byte, asked
// only when the fast walk has refused a document. Shares no code with that walk, so that tests can
// hold one against the other.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace arbors::json {

inline constexpr std::size_t kMaxNesting = 2000;

struct Fault {
  std::size_t offset = 0;  // the first wrong byte, from 0; the text's size where it ends too early
  std::string reason;
};

// Finds the first fault of a text that should be one JSON value; nothing where it is well-formed
// and nested at most `max_nesting` brackets deep.
std::optional<Fault> find_fault(std::string_view text, std::size_t max_nesting = kMaxNesting);

}  // namespace arbors::json
