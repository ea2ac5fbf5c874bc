// Lists of values that are arrays or objects: an array's elements, an object's members as {key,
// value}.
#pragma once

#include "engine/batch/trees/scope.h"

namespace arbors::exec {

// Opens the list at a path of each row of the scope: as Scope::list, and members where there are
// objects.
batch::List lists_at(const batch::Scope& scope, const Path& path);
// The same of values in which objects and arrays are Opaque text.
batch::List lists_of(const batch::VectorPtr& values);

// Lists as json_each gives them: an array's elements, an object's values, a scalar itself, and what
// a text says as JSON. With the elements' indexes and keys, where these are asked for.
struct EachList {
  batch::List list;
  batch::VectorPtr keys;
};
EachList each_at(const batch::Scope& scope, const Path& path, bool keys);
EachList each_of(const batch::VectorPtr& values, bool keys);

}  // namespace arbors::exec
