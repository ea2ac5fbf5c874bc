#include "sql/tables/key_run.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/base/interrupt.h"
#include "engine/batch/vectors/text_table.h"
#include "engine/exec/sort/text_numbers.h"
#include "sql/access/sqlite_error.h"
#include "sql/tables/key_bytes.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMark = 3;         // bytes
constexpr std::uint64_t kStepsAKey = 4;  // of polling

void append_mark(std::string& bytes, NumberMark mark, std::size_t part) {
  if (mark == NumberMark::None) return;
  bytes += static_cast<char>(mark);
  bytes += static_cast<char>(part >> 8);
  bytes += static_cast<char>(part);
}

bool is_mark(char c) {
  return c == static_cast<char>(NumberMark::Real) ||
         c == static_cast<char>(NumberMark::NegativeZero);
}

// Gives a mark's part.
std::size_t part_of_mark(std::string_view mark) {
  return static_cast<std::size_t>(static_cast<std::uint8_t>(mark[1])) << 8 |
         static_cast<std::uint8_t>(mark[2]);
}

}  // namespace

KeyRun::KeyRun(batch::BatchReader& batch, const KeyColumns& columns, batch::RowSpan rows,
               std::span<const std::int64_t> rowids, const std::string& table) {
  const KeyReader keys(batch, columns, rows);
  entries_.reserve(rows.size());
  PolledSteps steps;
  for (std::size_t at = 0; at < rows.size(); ++at, steps.step(kStepsAKey)) {
    if (add_plain(keys.vectors(), columns.parts(), at, rowids[at])) continue;
    try {
      add(keys.at(at, table), rowids[at]);
    } catch (const SqliteError& error) {
      throw SqliteError(error.result(),
                        std::string(error.what()) + ", at rowid " + std::to_string(rowids[at]));
    }
  }
  sort();
}

void KeyRun::end_entry(std::int64_t rowid) { entries_.push_back({key_end_, bytes_.size(), rowid}); }

// An entry of a key of integers and texts without an affinity that changes them, as most are. The
// same as add() of such a key, without values; false, and nothing added, for any other.
bool KeyRun::add_plain(std::span<const batch::VectorPtr> vectors, const std::vector<KeyPart>& parts,
                       std::size_t row, std::int64_t rowid) {
  const std::size_t start = bytes_.size();
  bool plain = true;
  for (std::size_t part = 0; part < parts.size() && plain; ++part) {
    const batch::Vector& vector = *vectors[part];
    const batch::Tag tag = vector.tag(row);
    if (tag == batch::Tag::Integer && keeps_integers(parts[part])) {
      append_key_part(bytes_, vector.integers[row]);
    } else if (tag == batch::Tag::String && keeps_text(parts[part], vector.text(row))) {
      append_key_part(bytes_, vector.text(row));
    } else {
      plain = false;
    }
  }
  plain = plain && (vectors.front()->tag(row) != batch::Tag::String ||
                    numeric_value(vectors.front()->text(row)).is_null());
  if (!plain) {
    bytes_.resize(start);
    return false;
  }
  end_key();
  end_entry(rowid);
  return true;
}

void KeyRun::add(const TreeKey& key, std::int64_t rowid) {
  for (const Value& value : key.values) append_key_part(bytes_, value);
  end_key();
  for (std::size_t part = 0; part < key.values.size(); ++part)
    append_mark(bytes_, mark_of(key.values[part]), part);
  const std::vector<Value> others = other_keys(key);
  if (!others.empty()) {
    append_key_part(bytes_, key.first);
    append_mark(bytes_, mark_of(key.first), 0);
  }
  end_entry(rowid);
  for (const Value& other : others) add_value(other, key.values.size(), ~rowid);
}

// Adds an entry of a value, of a key of so many parts.
void KeyRun::add_value(const Value& value, std::size_t parts, std::int64_t rowid) {
  append_key_part(bytes_, value);
  for (std::size_t part = 1; part < parts; ++part) append_key_part(bytes_, std::int64_t{0});
  end_key();
  append_mark(bytes_, mark_of(value), 0);
  end_entry(rowid);
}

// What is in order already stays as it is.
void KeyRun::sort() {
  std::vector<std::string_view> keys(size());
  for (std::size_t at = 0; at < size(); ++at) keys[at] = (*this)[at];
  if (std::ranges::is_sorted(keys)) return;
  std::string bytes;
  bytes.reserve(bytes_.size());
  std::vector<Place> entries;
  entries.reserve(size());
  for (const std::uint32_t at : exec::binary_order(keys)) {
    const std::size_t start = bytes.size();
    const Place& place = entries_[at];
    bytes.append(bytes_, begin(at), place.end - begin(at));
    entries.push_back({start + keys[at].size(), bytes.size(), place.rowid});
  }
  bytes_ = std::move(bytes);
  entries_ = std::move(entries);
}

void KeyRun::read_key(std::size_t at, std::vector<Value>& key) const {
  std::string_view bytes = (*this)[at];
  for (Value& part : key) read_key_part(bytes, part);
}

void KeyRun::read(std::size_t at, Entry& entry) const {
  read_key(at, entry.key);
  const Place& place = entries_[at];
  entry.rowid = place.rowid;
  entry.value.kind = ValueKind::Null;
  std::string_view rest = std::string_view(bytes_).substr(place.key_end, place.end - place.key_end);
  while (!rest.empty()) {
    if (!is_mark(rest.front())) {
      read_key_part(rest, entry.value);
      continue;
    }
    const auto mark = static_cast<NumberMark>(rest.front());
    Value& marked = entry.value.is_null() ? entry.key[part_of_mark(rest)] : entry.value;
    set_mark(marked, mark);
    rest.remove_prefix(kMark);
  }
}

const std::vector<std::uint64_t>& KeyRun::hashes() {
  if (!hashes_.empty()) return hashes_;
  hashes_.reserve(size());
  for (std::size_t at = 0; at < size(); ++at)
    if (is_key(at)) hashes_.push_back(batch::hash_text((*this)[at]));
  return hashes_;
}

bool KeyRun::repeats() const {
  std::string_view last;  // no key has no bytes
  for (std::size_t at = 0; at < size(); ++at) {
    if (!is_key(at)) continue;
    if ((*this)[at] == last) return true;
    last = (*this)[at];
  }
  return false;
}

void KeyRun::move_rowids(std::int64_t by) {
  for (Place& place : entries_) place.rowid += place.rowid >= 0 ? by : -by;
}

}  // namespace arbors::store
