#include "engine/base/excerpt.h"

#include <algorithm>

namespace arbors {
namespace {

constexpr std::string_view kLeftOut = "…";
constexpr std::size_t kBefore = 40;  // bytes shown before the place that is meant
constexpr std::size_t kAfter = 40;
constexpr std::size_t kLongLine = 600;
constexpr std::size_t kLineBegin = 400;  // what stays of it
constexpr std::size_t kLineEnd = 150;

// Moves a place back to where a character begins.
std::size_t character_at(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
  return std::min(at, text.size());
}

}  // namespace

std::string excerpt(std::string_view text, std::size_t at) {
  at = std::min(at, text.size());
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  const std::size_t line = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t line_end = std::min(text.find('\n', at), text.size());
  std::size_t from = line, to = line_end;
  if (to - from > kBefore + kAfter) {
    if (at - from > kBefore) from = character_at(text, at - kBefore);
    to = character_at(text, std::min(line_end, std::max(at, from + kBefore) + kAfter));
  }
  std::string shown(from == 0 ? "" : kLeftOut);
  shown += text.substr(from, to - from);
  return to == text.size() ? shown : shown.append(kLeftOut);
}

std::string shortened(std::string_view sentence) {
  std::string result;
  for (std::size_t begin = 0; begin <= sentence.size();) {
    const std::size_t end = std::min(sentence.find('\n', begin), sentence.size());
    const std::string_view line = sentence.substr(begin, end - begin);
    if (line.size() <= kLongLine) {
      result += line;
    } else {
      result.append(line.substr(0, character_at(line, kLineBegin))).append(kLeftOut);
      result += line.substr(character_at(line, line.size() - kLineEnd));
    }
    if (end < sentence.size()) result += '\n';
    begin = end + 1;
  }
  return result;
}

}  // namespace arbors
