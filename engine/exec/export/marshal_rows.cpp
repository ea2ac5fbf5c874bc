#include "engine/exec/export/marshal_rows.h"

#include <algorithm>
#include <cmath>

namespace arbors::exec {
namespace {

using batch::Tag;

constexpr std::size_t kMostBlockBytes = 1U << 20;  // of more than one row, roughly
constexpr std::uint32_t kMostTrees = 256;          // in a list
constexpr std::size_t kMostFields = 255;           // in a tuple of names

// Pools that are larger than this many times the rows are not looked at as a whole.
constexpr std::size_t kMostUnused = 8;

const batch::TextPool* pool_of(const batch::Vector& values, Tag tag) {
  if (tag == Tag::String) return values.strings.get();
  if (tag == Tag::BigNumber) return values.big_numbers.get();
  if (tag == Tag::Opaque) return values.opaque.get();
  return nullptr;
}

// Tells whether a column's texts are written as a pool's, those that come again once.
bool is_text(const batch::Vector& values) {
  return values.has(Tag::String) && values.only(batch::tag_bit(Tag::String) | batch::kNullTags);
}

// Counts the rows from `first` on whose texts fill a block: one at least, `rows` at most.
std::uint32_t fitting(const batch::Vector& values, std::uint32_t first, std::uint32_t rows) {
  if (values.codes.empty()) return rows;
  if (is_text(values) && values.strings->heap.size() <= kMostBlockBytes &&
      values.strings->folded == 0)
    return rows;
  std::size_t bytes = 0;
  for (std::uint32_t i = 0; i < rows; ++i) {
    if (pool_of(values, values.tag(first + i)) == nullptr) continue;
    bytes += values.text(first + i).size();
    if (bytes > kMostBlockBytes) return std::max(i, 1U);
  }
  return rows;
}

}  // namespace

bool MarshalRows::next(std::uint32_t most) {
  alone_ = false;
  if (!open_run()) return false;
  if (!fields_) {
    write_trees(most);
    return true;
  }
  const std::uint32_t written = write_fields(std::min(most, run_->size() - at_));
  if (written == 0) take_alone();
  at_ += written;
  return true;
}

void MarshalRows::take_alone() {
  alone_ = true;
  tree_.clear();
  run_->tree(at_++, tree_);
}

bool MarshalRows::open_run() {
  while (!run_ || at_ >= run_->size()) {
    fields_.reset();
    run_ = rows_->next();
    at_ = 0;
    if (!run_) return false;
    if (!trees_) fields_ = run_->fields();
    if (fields_ && fields_->size() > kMostFields) fields_.reset();
  }
  return true;
}

// Gives how many rows were written: fewer where the values of one fit in no block.
std::uint32_t MarshalRows::write_fields(std::uint32_t rows) {
  for (const NamedColumn& field : *fields_) rows = fitting(*field.values, at_, rows);
  while (rows > 0) {
    block_.clear_values();
    block_.reserve(2 * json::MarshalWriter::kMostHead);
    block_.tuple(2);
    block_.tuple(static_cast<std::uint8_t>(fields_->size()));
    for (const NamedColumn& field : *fields_) {
      block_.reserve(json::MarshalWriter::kMostHead + field.name.size());
      block_.text(field.name);
    }
    block_.reserve(json::MarshalWriter::kMostHead);
    block_.list(static_cast<std::uint32_t>(fields_->size()));
    std::uint32_t written = rows;
    const bool all = std::all_of(fields_->begin(), fields_->end(), [&](const NamedColumn& field) {
      return write_field(*field.values, rows, written);
    });
    if (all) return rows;
    rows = written;
  }
  return 0;
}

// False where a value fits in no block: `written` says how many before it do.
bool MarshalRows::write_field(const batch::Vector& values, std::uint32_t rows,
                              std::uint32_t& written) {
  if (values.tags.empty() && values.uniform == Tag::Integer) {
    write_packed('q', values.integers.data() + at_, rows);
    return true;
  }
  const bool reals = values.tags.empty() && values.uniform == Tag::Real;
  const double* const first = values.reals.data() + at_;
  if (reals && std::none_of(first, first + rows, [](double real) { return std::isnan(real); })) {
    write_packed('d', first, rows);
    return true;
  }
  block_.reserve(json::MarshalWriter::kMostHead);
  block_.list(rows);
  if (!is_text(values)) return write_values(values, rows, written);
  write_texts(values, rows);
  return true;
}

void MarshalRows::write_packed(char kind, const void* numbers, std::uint32_t rows) {
  const std::size_t bytes = std::size_t{8} * rows;
  block_.reserve(3 * json::MarshalWriter::kMostHead + bytes);
  block_.tuple(2);
  block_.text({&kind, 1});
  block_.blob({static_cast<const char*>(numbers), bytes});
}

bool MarshalRows::write_values(const batch::Vector& values, std::uint32_t rows,
                               std::uint32_t& written) {
  for (std::uint32_t i = 0; i < rows; ++i) {
    const std::uint32_t row = at_ + i;
    const Tag tag = values.tag(row);
    const batch::TextPool* const pool = pool_of(values, tag);
    const std::string_view text = pool == nullptr ? std::string_view() : values.text(row);
    block_.reserve(json::MarshalWriter::kMostNumber + text.size());
    if (tag == Tag::Integer) {
      block_.integer(values.integers[row]);
    } else if (tag == Tag::Real && !std::isnan(values.reals[row])) {
      block_.real(values.reals[row]);
    } else if (tag == Tag::True || tag == Tag::False) {
      block_.truth(tag == Tag::True);
    } else if (tag == Tag::String) {
      block_.text(text);
    } else if (pool == nullptr) {
      block_.null();
    } else if (!block_.append(text)) {
      written = i;
      return false;
    }
  }
  return true;
}

// Writes a text that comes again once, and then refers to it.
void MarshalRows::write_texts(const batch::Vector& values, std::uint32_t rows) {
  const batch::TextPool& pool = *values.strings;
  constexpr std::uint32_t kReferred = 1U << 31;
  const std::uint8_t* const tags = values.tags.empty() ? nullptr : values.tags.data() + at_;
  const auto is_null = [&](std::uint32_t i) {
    return tags != nullptr && static_cast<Tag>(tags[i]) != Tag::String;
  };
  // Looks at all texts at once where most are wanted.
  const bool most = pool.folded == 0 && pool.size() <= kMostUnused * rows;
  const bool ascii = most && json::MarshalWriter::is_ascii({pool.heap.data(), pool.heap.size()});
  values.codes.visit([&](const auto* codes) {
    codes += at_;
    uses_.assign(most ? pool.size() : 0, 0);
    for (std::uint32_t i = 0; most && i < rows; ++i) uses_[codes[i]] += is_null(i) ? 0 : 1;
    for (std::uint32_t i = 0; i < rows; ++i) {
      block_.reserve(json::MarshalWriter::kMostHead);
      if (is_null(i)) {
        block_.null();
        continue;
      }
      std::uint32_t* const uses = most ? &uses_[codes[i]] : nullptr;
      if (most && (*uses & kReferred) != 0) {
        block_.refer(*uses & ~kReferred);
        continue;
      }
      const std::string_view text = pool[codes[i]];
      const bool shared = most && *uses > 1;
      block_.reserve(json::MarshalWriter::kMostHead + text.size());
      block_.text(text, ascii || json::MarshalWriter::is_ascii(text), shared);
      if (shared) *uses = kReferred | block_.next_reference();
    }
  });
}

// Goes on through runs that have no fields at hand.
void MarshalRows::write_trees(std::uint32_t most) {
  block_.clear();
  do {
    tree_.clear();
    run_->tree(at_, tree_);
    if (!block_.add(tree_)) {
      if (block_.size() == 0) take_alone();
      break;
    }
    ++at_;
  } while (block_.size() < std::min(most, kMostTrees) && block_.bytes().size() < kMostBlockBytes &&
           open_run() && !fields_);
  block_.bytes();
}

}  // namespace arbors::exec
