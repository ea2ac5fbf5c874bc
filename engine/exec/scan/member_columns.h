// The members of a batch's objects as lists of values, built from their columns without any text:
// numbers go straight to their places, other values by a builder.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/batch/trees/scope.h"
#include "engine/exec/scan/member_lists.h"

namespace arbors::exec {

class MemberColumns {
 public:
  // `objects` is what the scope reads at the path by Nested::Kind: shredded objects or nothing in
  // each row. All outlive this.
  MemberColumns(const batch::Scope& scope, const Path& path, const batch::Vector& objects)
      : scope_(scope), path_(path), objects_(objects), shapes_(objects.shapes->size()) {}

  // The members of each row, in their order in its object; with `keys`, their names.
  EachList build(bool keys);

 private:
  struct Member {
    PathId path;
    batch::VectorPtr values;
    std::vector<std::uint32_t> from, to;  // rows of values, and of the elements
  };

  std::size_t open_members();
  bool only_numbers() const;
  batch::VectorPtr place_numbers(std::size_t most, bool keys);
  batch::VectorPtr place_all(bool keys);
  std::uint32_t member(PathId key);
  batch::VectorPtr key_vector();

  const batch::Scope& scope_;
  const Path& path_;
  const batch::Vector& objects_;
  std::vector<std::optional<std::vector<std::uint32_t>>> shapes_;  // members of each that was met
  std::vector<const std::vector<std::uint32_t>*> of_row_;          // null where there is no object
  std::vector<Member> members_;
  std::unordered_map<PathId, std::uint32_t> numbers_;
  std::vector<std::uint32_t> starts_, key_codes_;
  std::vector<std::uint8_t> key_bytes_;  // in their place where members are few
  bool byte_codes_ = false;
  std::uint32_t count_ = 0;
};

}  // namespace arbors::exec
