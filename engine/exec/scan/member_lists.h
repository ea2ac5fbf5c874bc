// Lists of values that are arrays or objects: an array's elements, an object's members as {key,
// value}.
#pragma once

#include "engine/batch/trees/scope.h"

namespace arbors::exec {

// Lists, their elements' indexes and keys where these are asked for, and the batch that the
// elements lie in where it is none of the scope's.
struct EachList {
  batch::List list;
  batch::VectorPtr keys = nullptr;
  batch::BatchReaderPtr owner = nullptr;
};

// Opens the list at a path of each row of the scope: as Scope::list, and members where there are
// objects.
EachList lists_at(const batch::Scope& scope, const Path& path);
// The same of values in which objects and arrays are Opaque text.
batch::List lists_of(const batch::VectorPtr& values);

// Lists as json_each gives them: an array's elements, an object's values, a scalar itself, and what
// a text says as JSON.
EachList each_at(const batch::Scope& scope, const Path& path, bool keys);
EachList each_of(const batch::VectorPtr& values, bool keys);

}  // namespace arbors::exec
