#include "engine/exec/scan/member_columns.h"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/base/interrupt.h"
#include "engine/batch/vectors/vector_builder.h"

namespace arbors::exec {
namespace {

using batch::Tag;

constexpr batch::TagSet kPlain = batch::tag_bit(Tag::Integer) | batch::tag_bit(Tag::Real) |
                                 batch::tag_bit(Tag::False) | batch::tag_bit(Tag::True) |
                                 batch::kNullTags;

constexpr std::uint32_t kRowsALine = 8;  // numbers of a cache line
constexpr std::uint32_t kFetchedAhead = 4 * kRowsALine;

// What a column of numbers has of each; null where nothing, or, of tags, all rows have the same.
struct NumberColumn {
  explicit NumberColumn(const batch::Vector& values)
      : tags(values.tags.empty() ? nullptr : values.tags.data()),
        integers(values.has(Tag::Integer) ? values.integers.data() : nullptr),
        reals(values.has(Tag::Real) ? values.reals.data() : nullptr),
        uniform(static_cast<std::uint8_t>(values.uniform)) {}

  // Fetches a row ahead: columns are more than the processor follows by itself.
  void fetch_ahead(std::size_t row) const {
    if (integers != nullptr) __builtin_prefetch(integers + row);
    if (reals != nullptr) __builtin_prefetch(reals + row);
    if (tags != nullptr) __builtin_prefetch(tags + row);
  }

  std::uint8_t tag(std::size_t row) const { return tags == nullptr ? uniform : tags[row]; }

  const std::uint8_t* tags;
  const std::int64_t* integers;
  const double* reals;
  std::uint8_t uniform;
};

// Where values go, one after the other. A value that is no number of the kind leaves the 0 that is
// there.
template <typename Code>
struct ValuePlaces {
  std::uint8_t* tags;
  std::int64_t* integers;
  double* reals;
  Code* codes;  // null: nobody asks for them

  void put(std::uint32_t at, const NumberColumn& column, std::uint8_t tag, std::size_t row,
           std::uint32_t member) const {
    tags[at] = tag;
    if (column.integers != nullptr) integers[at] = column.integers[row];
    if (column.reals != nullptr) reals[at] = column.reals[row];
    if (codes != nullptr) codes[at] = static_cast<Code>(member);
  }
};

}  // namespace

EachList MemberColumns::build(bool keys) {
  const std::size_t most = open_members();
  starts_.assign(objects_.rows + std::size_t{1}, 0);
  byte_codes_ = members_.size() <= std::size_t{UINT8_MAX} + 1;
  batch::VectorPtr values = only_numbers() ? place_numbers(most, keys) : place_all(keys);
  std::vector<std::uint8_t> present(objects_.rows);
  for (std::uint32_t row = 0; row < objects_.rows; ++row) present[row] = of_row_[row] != nullptr;
  return {{std::move(starts_), std::move(present), batch::Scope(std::move(values))},
          keys ? key_vector() : nullptr};
}

// Reads the members of all shapes that occur. Returns how many members there are, at most.
std::size_t MemberColumns::open_members() {
  std::size_t most = 0;
  of_row_.resize(objects_.rows);
  objects_.codes.visit([&](const auto* codes) {
    for (std::uint32_t row = 0; row < objects_.rows; ++row) {
      if (objects_.tag(row) != Tag::Object) continue;
      auto& known = shapes_[codes[row]];
      if (!known) {
        known.emplace();
        for (const PathId key : (*objects_.shapes)[codes[row]]) known->push_back(member(key));
      }
      of_row_[row] = &*known;
      most += known->size();
    }
  });
  return most;
}

bool MemberColumns::only_numbers() const {
  return std::ranges::all_of(members_,
                             [](const Member& member) { return member.values->only(kPlain); });
}

// Writes each value where the one before ends; a missing one is written over by the next.
batch::VectorPtr MemberColumns::place_numbers(std::size_t most, bool keys) {
  std::vector<NumberColumn> columns;
  auto out = std::make_shared<batch::Vector>();
  for (const Member& member : members_) {
    columns.emplace_back(*member.values);
    out->kinds |= member.values->kinds & ~batch::tag_bit(Tag::Missing);
  }
  out->tags.resize(most);
  if (out->has(Tag::Integer)) out->integers.resize(most);
  if (out->has(Tag::Real)) out->reals.resize(most);
  const auto place = [&]<typename Code>(std::vector<Code>& codes) {
    if (keys) codes.resize(most);
    // What the loop writes lies in locals: a tag is a byte, which might alias any member.
    const ValuePlaces<Code> places{out->tags.data(), out->integers.data(), out->reals.data(),
                                   keys ? codes.data() : nullptr};
    std::uint32_t at = 0;
    PolledSteps steps;
    for (std::uint32_t row = 0; row < objects_.rows; ++row, steps.step()) {
      if (row % kRowsALine == 0 && row + kFetchedAhead < objects_.rows)
        for (const NumberColumn& column : columns) column.fetch_ahead(row + kFetchedAhead);
      if (of_row_[row] != nullptr) {
        for (const std::uint32_t member : *of_row_[row]) {
          const NumberColumn& column = columns[member];
          const std::uint8_t tag = column.tag(row);
          places.put(at, column, tag, row, member);
          at += tag != static_cast<std::uint8_t>(Tag::Missing) ? 1 : 0;
        }
      }
      starts_[row + std::size_t{1}] = at;
    }
    if (keys) codes.resize(at);
    return at;
  };
  const std::uint32_t at = byte_codes_ ? place(key_bytes_) : place(key_codes_);
  out->rows = count_ = at;
  if (std::has_single_bit(out->kinds)) {
    out->uniform = static_cast<Tag>(std::countr_zero(out->kinds));
    out->tags.clear();
  } else {
    out->tags.resize(at);
  }
  if (!out->integers.empty()) out->integers.resize(at);
  if (!out->reals.empty()) out->reals.resize(at);
  return out;
}

// Lists the places of each member's values, and puts these there member by member.
batch::VectorPtr MemberColumns::place_all(bool keys) {
  PolledSteps steps;
  for (std::uint32_t row = 0; row < objects_.rows; ++row, steps.step()) {
    if (of_row_[row] != nullptr) {
      for (const std::uint32_t at : *of_row_[row]) {
        Member& member = members_[at];
        if (member.values->tag(row) == Tag::Missing) continue;
        member.from.push_back(row);
        member.to.push_back(count_++);
        if (keys)
          byte_codes_ ? key_bytes_.push_back(static_cast<std::uint8_t>(at))
                      : key_codes_.push_back(at);
      }
    }
    starts_[row + std::size_t{1}] = count_;
  }
  batch::VectorBuilder values;
  values.resize(count_);
  for (const Member& member : members_) values.place(*member.values, member.from, member.to);
  return values.finish();
}

std::uint32_t MemberColumns::member(PathId key) {
  const auto found = numbers_.try_emplace(key, static_cast<std::uint32_t>(members_.size()));
  if (found.second) {
    Path path = path_;
    path.steps.push_back({PathStep::Kind::Key, (*scope_.paths())[key].key, 0});
    members_.push_back({key, scope_.read(path), {}, {}});
  }
  return found.first->second;
}

batch::VectorPtr MemberColumns::key_vector() {
  auto names = std::make_shared<batch::TextPool>();
  for (const Member& member : members_) names->add((*scope_.paths())[member.path].key);
  names->distinct = true;
  auto keys = std::make_shared<batch::Vector>();
  keys->rows = count_;
  keys->uniform = Tag::String;
  keys->kinds = batch::tag_bit(Tag::String);
  keys->codes = byte_codes_ ? batch::Codes(std::move(key_bytes_))
                            : batch::Codes::narrow(std::move(key_codes_), members_.size());
  keys->strings = std::move(names);
  return keys;
}

}  // namespace arbors::exec
