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

// An array by rows, or one entry that stands for all of them.
template <typename T>
struct Entries {
  const T* data;
  std::size_t mask;
  T operator[](std::size_t row) const { return data[row & mask]; }
};

template <typename T>
Entries<T> entries_of(const std::vector<T>& values, const T& otherwise) {
  if (values.empty()) return {&otherwise, 0};
  return {values.data(), ~std::size_t{0}};
}

// A column of numbers, to be read without asking what it has. The vector outlives it.
struct NumberColumn {
  explicit NumberColumn(const batch::Vector& values)
      : tags(entries_of(values.tags, reinterpret_cast<const std::uint8_t&>(values.uniform))),
        integers(entries_of(values.integers, kNoInteger)),
        reals(entries_of(values.reals, kNoReal)) {}

  static constexpr std::int64_t kNoInteger = 0;
  static constexpr double kNoReal = 0;
  Entries<std::uint8_t> tags;
  Entries<std::int64_t> integers;
  Entries<double> reals;
};

}  // namespace

EachList MemberColumns::build(bool keys) {
  const std::size_t most = open_members();
  starts_.assign(objects_.rows + std::size_t{1}, 0);
  batch::VectorPtr values = only_numbers() ? place_numbers(most, keys) : place_all(keys);
  std::vector<std::uint8_t> present(objects_.rows);
  for (std::uint32_t row = 0; row < objects_.rows; ++row)
    present[row] = members_of_row(row) != nullptr ? 1 : 0;
  return {{std::move(starts_), std::move(present), batch::Scope(std::move(values))},
          keys ? key_vector() : nullptr};
}

// Reads the members of all shapes that occur. Returns how many members there are, at most.
std::size_t MemberColumns::open_members() {
  std::size_t most = 0;
  for (std::uint32_t row = 0; row < objects_.rows; ++row) {
    if (objects_.tag(row) != Tag::Object) continue;
    auto& known = shapes_[objects_.codes[row]];
    if (!known) {
      known.emplace();
      for (const PathId key : (*objects_.shapes)[objects_.codes[row]])
        known->push_back(member(key));
    }
    most += known->size();
  }
  return most;
}

bool MemberColumns::only_numbers() const {
  return std::ranges::all_of(members_,
                             [](const Member& member) { return member.values->only(kPlain); });
}

// The members of a row's object; null where it is none.
const std::vector<std::uint32_t>* MemberColumns::members_of_row(std::uint32_t row) const {
  return objects_.tag(row) == Tag::Object ? &*shapes_[objects_.codes[row]] : nullptr;
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
  if (keys) key_codes_.resize(most);
  // What the loop writes lies in locals: a tag is a byte, which might alias any member.
  std::uint8_t* const tags = out->tags.data();
  std::int64_t* const integers = out->integers.empty() ? nullptr : out->integers.data();
  double* const reals = out->reals.empty() ? nullptr : out->reals.data();
  std::uint32_t* const codes = keys ? key_codes_.data() : nullptr;
  std::uint32_t at = 0;
  PolledSteps steps;
  for (std::uint32_t row = 0; row < objects_.rows; ++row, steps.step()) {
    if (const std::vector<std::uint32_t>* members = members_of_row(row)) {
      for (const std::uint32_t member : *members) {
        const NumberColumn& column = columns[member];
        const std::uint8_t tag = column.tags[row];
        if (integers != nullptr) integers[at] = column.integers[row];
        if (reals != nullptr) reals[at] = column.reals[row];
        if (codes != nullptr) codes[at] = member;
        tags[at] = tag;
        at += tag != static_cast<std::uint8_t>(Tag::Missing) ? 1 : 0;
      }
    }
    starts_[row + std::size_t{1}] = at;
  }
  out->rows = count_ = at;
  if (std::has_single_bit(out->kinds)) {
    out->uniform = static_cast<Tag>(std::countr_zero(out->kinds));
    out->tags.clear();
  } else {
    out->tags.resize(at);
  }
  if (!out->integers.empty()) out->integers.resize(at);
  if (!out->reals.empty()) out->reals.resize(at);
  if (keys) key_codes_.resize(at);
  return out;
}

// Lists the places of each member's values, and puts these there member by member.
batch::VectorPtr MemberColumns::place_all(bool keys) {
  PolledSteps steps;
  for (std::uint32_t row = 0; row < objects_.rows; ++row, steps.step()) {
    if (const std::vector<std::uint32_t>* members = members_of_row(row)) {
      for (const std::uint32_t at : *members) {
        Member& member = members_[at];
        if (member.values->tag(row) == Tag::Missing) continue;
        member.from.push_back(row);
        member.to.push_back(count_++);
        if (keys) key_codes_.push_back(at);
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
  keys->codes = batch::Codes::narrow(std::move(key_codes_), members_.size());
  keys->strings = std::move(names);
  return keys;
}

}  // namespace arbors::exec
