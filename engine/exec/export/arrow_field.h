// What Arrow type each path gets. Types come from the kinds of value that occur at a path in the
// trees that are written, all batches together; a null or missing value fits every type.
//
//   only nulls            Null        integers              Int64
//   booleans              Bool        reals, or with them   Float64
//   strings               Utf8          integers that a double holds exactly
//   arrays                List        objects with keys     Struct
//   anything else (kinds that do not go together, numbers that neither int64 nor a double holds,
//   objects without any key, values that are stored opaque) is Utf8 that holds the JSON text
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/path_dictionary.h"
#include "engine/batch/batch_reader.h"
#include "engine/exec/export/row_choice.h"

namespace arbors::exec {

enum class ArrowKind : std::uint8_t { Null, Bool, Integer, Real, Text, Json, List, Struct };

struct ArrowField {
  std::string name;
  PathId path = kRootPath;
  ArrowKind kind = ArrowKind::Null;
  std::vector<ArrowField> children;  // of a Struct its members, of a List its one element
};

// Collects what occurs at every path, batch by batch.
class SeenKinds {
 public:
  // Adds the chosen trees of a batch: from its statistics alone where they are all chosen, or say
  // nothing new; else from the chosen rows of its columns.
  void add(batch::BatchReader& batch, const RowChoice& trees);

  // Gives the columns of the trees: the keys of their objects in order of first appearance; one
  // column `value` where some tree is no object.
  std::vector<ArrowField> columns(const PathDictionary& paths) const;

 private:
  struct Seen {
    batch::TagSet kinds = 0;
    bool inexact = false;  // some integer is not a double
    void add(const Seen& more);
    bool holds(const Seen& other) const;
  };

  static Seen seen_of(const batch::Statistics& statistics);
  void add_rows(batch::BatchReader& batch, PathId path, const RowChoice& rows);
  ArrowField field(const PathDictionary& paths, PathId path, std::string name) const;
  ArrowKind kind(const PathDictionary& paths, PathId path) const;
  std::vector<ArrowField> members(const PathDictionary& paths, PathId object) const;
  bool occurs(PathId path) const;

  std::vector<Seen> seen_;  // by path number
};

}  // namespace arbors::exec
