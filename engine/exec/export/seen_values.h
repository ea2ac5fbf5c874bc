// What occurs at a path and everywhere below it, over all batches together: what Arrow types are
// decided by. Paths are told by their keys, for batches may number them each in its own way. A null
// or missing value fits every type.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/batch/columns/batch_reader.h"
#include "engine/exec/export/arrow_field.h"
#include "engine/exec/export/row_choice.h"

namespace arbors::exec {

class SeenValues {
 public:
  SeenValues();
  ~SeenValues();
  SeenValues(SeenValues&&) noexcept;
  SeenValues& operator=(SeenValues&&) noexcept;

  // Adds what a batch's statistics say of a path and below. Decodes a column only where integers
  // beyond int64 must be told from those beyond uint64.
  void add(batch::BatchReader& batch, PathId path);
  // Adds what a path and those below hold in the given rows of its domain. Decodes the columns.
  void add(batch::BatchReader& batch, PathId path, const RowChoice& rows);
  // Tells whether a batch's statistics would add nothing.
  bool knows(batch::BatchReader& batch, PathId path) const;
  // Adds computed values (objects and arrays as JSON text).
  void add(const batch::VectorPtr& values);
  void add(const SeenValues& more);
  // Adds values of kinds that have no parts.
  void add(batch::TagSet scalars) { kinds_ |= scalars; }

  bool nothing() const { return kinds_ == 0; }
  bool only_objects() const { return (kinds_ & ~batch::tag_bit(batch::Tag::Object)) == 0; }

  // Gives the type of a field that holds these values, `depth` levels down (a column: 1).
  ArrowField field(std::string name, unsigned depth = 1) const;
  // Gives a field for each key of the objects, in order of first appearance.
  std::vector<ArrowField> members(unsigned depth = 1) const;

 private:
  // Numbers that decide between the numeric types.
  struct Range {
    bool negative = false;  // some integer is below zero
    bool beyond = false;    // some number that is no int64 and no double is no uint64 either
  };

  struct Member;

  void add_scalars(const batch::Vector& values);
  void add_big_numbers(const batch::Vector& values);
  SeenValues& member(std::string_view key);
  SeenValues& element();
  ArrowKind kind(unsigned depth) const;

  batch::TagSet kinds_ = 0;
  Range range_;
  std::vector<std::unique_ptr<Member>> members_;
  std::unordered_map<std::string_view, Member*> by_key_;
  std::unique_ptr<SeenValues> element_;
};

// Reads the number of a BigNumber's text; false where it is no uint64.
bool read_unsigned(std::string_view digits, std::uint64_t& number);

// Shreds computed values into a batch whose trees are the values, null where one is missing.
// `whole`: however many keys objects have.
batch::BatchReaderPtr shredded(const batch::Vector& values, bool whole);

}  // namespace arbors::exec
