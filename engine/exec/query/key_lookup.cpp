#include "engine/exec/query/key_lookup.h"

#include <xxhash.h>

#include <bit>
#include <string>

#include "engine/exec/scan/scan.h"
#include "engine/expr/evaluate/evaluate.h"
#include "engine/expr/forms/builder.h"

namespace arbors::exec {
namespace {

using batch::Tag;

std::uint64_t hash_bytes(const void* bytes, std::size_t size, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes, size, seed);
}

// Hashes a number by its value as a double: integers and reals that are equal meet; integers that
// a double cannot tell apart meet too, which is allowed.
std::uint64_t hash_number(double number) {
  if (number == 0) number = 0;  // drops the sign of -0.0
  return hash_bytes(&number, sizeof number, 1);
}

std::uint64_t hash_text(std::string_view text, Collation collation) {
  if (const Value number = numeric_value(text); !number.is_null())
    return hash_number(number.kind == ValueKind::Integer ? static_cast<double>(number.integer)
                                                         : number.real);
  if (collation == Collation::RTrim)
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (collation != Collation::NoCase) return hash_bytes(text.data(), text.size(), 2);
  std::string folded(text.substr(0, text.find('\0')));  // NOCASE may ignore what follows a NUL
  for (char& c : folded)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return hash_bytes(folded.data(), folded.size(), 2);
}

std::uint64_t hash_row(const batch::Vector& values, std::size_t row, Collation collation) {
  switch (values.tag(row)) {
    case Tag::False:
      return hash_number(0);
    case Tag::True:
      return hash_number(1);
    case Tag::Integer:
      return hash_number(static_cast<double>(values.integers[row]));
    case Tag::Real:
    case Tag::BigNumber:
      return hash_number(values.reals[row]);
    default:
      return hash_text(values.text(row), collation);
  }
}

// Hashes each entry of a pool once.
std::vector<std::uint64_t> hash_pool(const batch::TextPool& pool, Collation collation) {
  std::vector<std::uint64_t> hashes(pool.size());
  for (std::size_t entry = 0; entry < pool.size(); ++entry)
    hashes[entry] = hash_text(pool[entry], collation);
  return hashes;
}

std::uint64_t hash_value(const Value& value, Collation collation) {
  if (value.kind == ValueKind::Integer) return hash_number(static_cast<double>(value.integer));
  return value.kind == ValueKind::Real ? hash_number(value.real) : hash_text(value.text, collation);
}

// Adds the hash of a further key to that of the keys before it.
std::uint64_t with_hash(std::uint64_t hash, std::uint64_t next) {
  return hash_bytes(&hash, sizeof hash, next);
}

// Shows the hash of each row's value.
template <typename Each>
void for_each_hash(const batch::Vector& values, Collation collation, const Each& each) {
  const bool strings = values.strings && values.strings->size() < values.rows;
  const std::vector<std::uint64_t> of_entry =
      strings ? hash_pool(*values.strings, collation) : std::vector<std::uint64_t>{};
  for (std::uint32_t row = 0; row < values.rows; ++row)
    each(row, strings && values.tag(row) == Tag::String ? of_entry[values.codes[row]]
                                                        : hash_row(values, row, collation));
}

}  // namespace

KeyLookup::KeyLookup(const TreeSourcePtr& source, const std::vector<Key>& keys,
                     const ExecutionContext& context) {
  std::vector<expr::ExprPtr> present;
  for (const Key& key : keys) {
    collations_.push_back(key.collation);
    present.push_back(expr::is_null(key.expr, true));
  }
  Scan scan({source, {}, expr::and_all(std::move(present)), {}}, context);
  ScannedRows scanned;
  while (scan.next(scanned)) {
    const batch::Scope scope(*scanned.batch);
    const expr::EvalContext evaluation{scope};
    const std::size_t first = hashes_.size();
    for (std::uint32_t i = 0; i < scanned.rows.size(); ++i)
      places_.push_back({scanned.index, scanned.rows[i]});
    hashes_.resize(places_.size());
    for (const Key& key : keys) {
      const bool further = &key != &keys.front();
      for_each_hash(*expr::evaluate(*key.expr, evaluation, scanned.rows), key.collation,
                    [&](std::uint32_t row, std::uint64_t hash) {
                      std::uint64_t& all = hashes_[first + row];
                      all = further ? with_hash(all, hash) : hash;
                    });
    }
  }
  buckets_.assign(std::bit_ceil(hashes_.size() + 1), kEnd);
  next_.resize(hashes_.size());
  for (std::size_t entry = hashes_.size(); entry-- > 0;) {
    std::uint32_t& head = buckets_[hashes_[entry] & (buckets_.size() - 1)];
    next_[entry] = head;
    head = static_cast<std::uint32_t>(entry);
  }
}

std::vector<RowRef> KeyLookup::find(std::span<const Value> values) const {
  std::vector<RowRef> found;
  std::uint64_t hash = 0;
  for (std::size_t key = 0; key < collations_.size(); ++key) {
    const Value& value = values[key];
    if (value.is_null() || value.kind == ValueKind::Blob) return found;
    const std::uint64_t own = hash_value(value, collations_[key]);
    hash = key == 0 ? own : with_hash(hash, own);
  }
  for (std::uint32_t entry = buckets_[hash & (buckets_.size() - 1)]; entry != kEnd;
       entry = next_[entry])
    if (hashes_[entry] == hash) found.push_back(places_[entry]);
  return found;
}

}  // namespace arbors::exec
