#include "engine/expr/evaluate/concatenate.h"

#include <array>
#include <cstring>
#include <numeric>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/interrupt.h"
#include "engine/base/scalar.h"
#include "engine/batch/vectors/vector_builder.h"
#include "engine/batch/vectors/vector_ops.h"
#include "engine/expr/evaluate/text_column.h"
#include "engine/expr/evaluate/text_rows.h"

namespace arbors::expr {
namespace {

using batch::Tag;

// How many bytes are copied at once where that many can be read: a call for each text costs more.
constexpr std::size_t kAtOnce = 32;

// One piece: a constant, or a column of texts and the entries of its rows.
struct Piece {
  std::string constant;  // and kAtOnce bytes more
  std::size_t size = 0;
  const batch::TextPool* pool = nullptr;
  std::vector<std::uint32_t> codes;
  const char* end = nullptr;  // of the bytes that can be read

  std::string_view text(std::size_t i) const {
    return pool != nullptr ? (*pool)[codes[i]] : std::string_view(constant.data(), size);
  }
};

Piece constant_piece(const Value& value) {
  Piece part;
  append_text(part.constant, Scalar(value));
  part.size = part.constant.size();
  part.constant.append(kAtOnce, ' ');
  return part;
}

Operand as_texts(const Operand& operand, std::uint32_t rows) {
  if (holds_texts(operand)) return operand;
  batch::VectorBuilder out(rows);
  std::string text;
  PolledSteps steps;
  for (std::uint32_t i = 0; i < rows; ++i, steps.step()) {
    const Scalar value = operand[i];
    if (value.is_null()) {
      out.append_null();
      continue;
    }
    text.clear();
    append_text(text, value);
    out.append_text(text);
  }
  return Operand(out.finish());
}

Piece column_piece(const Operand& texts, std::uint32_t rows, std::vector<std::uint8_t>& nulls) {
  Piece part;
  const batch::Vector& column = texts.vector();
  part.pool = column.strings.get();
  part.codes.resize(rows);
  const bool all = column.tags.empty() && column.uniform == Tag::String;
  with_rows(texts, [&](auto row_of) {
    if (column.has(Tag::String) && !column.codes.empty())
      column.codes.visit([&](const auto* codes) {
        for (std::uint32_t i = 0; i < rows; ++i) part.codes[i] = codes[row_of(i)];
      });
    for (std::uint32_t i = 0; i < rows && !all; ++i)
      nulls[i] |= column.tag(row_of(i)) != Tag::String ? 1 : 0;
  });
  if (part.pool != nullptr && part.pool->folded == 0)
    part.end = part.pool->heap.data() + part.pool->heap.size();
  return part;
}

// Writes the texts of the rows that are not NULL; `offsets` has the end of each.
std::vector<char> write_texts(std::span<const Piece> parts, std::span<const std::uint8_t> nulls,
                              std::span<const std::uint32_t> offsets) {
  std::vector<char> heap(offsets.back() + kAtOnce);
  char* to = heap.data();
  in_polled_blocks(nulls.size(), [&](std::size_t i, std::size_t end) {
    for (; i < end; ++i) {
      if (nulls[i] != 0) continue;
      for (const Piece& part : parts) {
        const std::string_view text = part.text(i);
        const bool readable =
            part.pool == nullptr ||
            (part.end != nullptr && static_cast<std::size_t>(part.end - text.data()) >= kAtOnce);
        if (text.size() <= kAtOnce && readable)
          std::memcpy(to, text.data(), kAtOnce);
        else if (!text.empty())
          std::memcpy(to, text.data(), text.size());
        to += text.size();
      }
    }
  });
  heap.resize(offsets.back());
  return heap;
}

// Writes each combination of entries once, where pools are so small that few differ; null where
// they are not.
batch::VectorPtr join_dictionaries(std::span<const Piece> pieces,
                                   std::span<const std::uint8_t> nulls) {
  constexpr std::size_t kRowsATable = 4;
  std::size_t combinations = 1;
  for (const Piece& piece : pieces) {
    if (piece.pool == nullptr) continue;
    combinations *= piece.pool->size();
    if (combinations * kRowsATable > nulls.size()) return nullptr;
  }
  std::vector<std::uint32_t> combined(nulls.size());
  for (const Piece& piece : pieces) {
    if (piece.pool == nullptr) continue;
    const auto size = static_cast<std::uint32_t>(piece.pool->size());
    for (std::size_t i = 0; i < combined.size(); ++i)
      combined[i] = combined[i] * size + piece.codes[i];
  }
  std::vector<std::uint32_t> entries(combinations, TextColumn::kNull);
  TextColumn column(static_cast<std::uint32_t>(nulls.size()));
  std::string text;
  for (std::size_t i = 0; i < combined.size(); ++i) {
    if (nulls[i] != 0) {
      column.append_null();
      continue;
    }
    std::uint32_t& entry = entries[combined[i]];
    if (entry == TextColumn::kNull) {
      text.clear();
      for (const Piece& piece : pieces) text += piece.text(i);
      entry = column.entry(text);
      poll_interrupt(1 + text.size() / kBytesAStep);
    }
    column.append(entry);
  }
  return column.finish();
}

}  // namespace

batch::VectorPtr concatenate_texts(std::span<const Operand> operands, std::uint32_t rows) {
  std::vector<Piece> parts;
  std::vector<Operand> texts;  // hold what parts see
  std::vector<std::uint8_t> nulls(rows);
  for (const Operand& operand : operands) {
    if (operand.is_constant()) {
      if (operand.constant().is_null()) return batch::uniform(Tag::Null, rows);
      parts.push_back(constant_piece(operand.constant()));
    } else {
      texts.push_back(as_texts(operand, rows));
      parts.push_back(column_piece(texts.back(), rows, nulls));
    }
  }
  if (batch::VectorPtr few = join_dictionaries(parts, nulls)) return few;
  auto pool = std::make_shared<batch::TextPool>();
  pool->offsets.resize(rows + std::size_t{1});
  std::size_t bytes = 0;
  bool any = false, null = false;
  for (std::uint32_t i = 0; i < rows; ++i) {
    null |= nulls[i] != 0;
    any |= nulls[i] == 0;
    for (std::size_t part = 0; part < parts.size() && nulls[i] == 0; ++part)
      bytes += parts[part].text(i).size();
    if (bytes > batch::kMostTextBytes)
      throw Error(ErrorCode::Limit, "the texts of one column of a result exceed 1 GiB");
    pool->offsets[i + 1] = static_cast<std::uint32_t>(bytes);
  }
  if (!any) return batch::uniform(Tag::Null, rows);
  pool->heap = write_texts(parts, nulls, pool->offsets);
  auto out = std::make_shared<batch::Vector>();
  out->rows = rows;
  out->uniform = Tag::String;
  out->kinds = batch::tag_bit(Tag::String);
  if (null) {
    out->kinds |= batch::tag_bit(Tag::Null);
    out->tags.resize(rows);
    for (std::uint32_t i = 0; i < rows; ++i)
      out->tags[i] = static_cast<std::uint8_t>(nulls[i] != 0 ? Tag::Null : Tag::String);
  }
  out->strings = std::move(pool);
  std::vector<std::uint32_t> codes(rows);
  std::iota(codes.begin(), codes.end(), 0U);
  for (std::uint32_t i = 0; i < rows && null; ++i) codes[i] = nulls[i] != 0 ? 0 : codes[i];
  out->codes = batch::Codes(std::move(codes));
  return out;
}

}  // namespace arbors::expr
