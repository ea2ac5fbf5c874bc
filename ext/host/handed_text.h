// A JSON text (or a blob) that is made to become a result: a long one is handed to SQLite as it is,
// so that it exists once; a short one is copied, and its memory serves the next.
#pragma once

#include <string>

#include "sql/access/sqlite.h"

namespace arbors::ext {

class HandedText {
 public:
  // An empty text to append to: whoever gets it leaves what stands in it already.
  std::string& begin();
  // Makes the text that was begun a function's or column's result, marked as JSON.
  void set_result(sqlite3_context* context);
  // The same of bytes that are no text: a blob.
  void set_blob_result(sqlite3_context* context);

 private:
  std::string text_;  // after room for the address of its owner, for SQLite to free it by
};

}  // namespace arbors::ext
