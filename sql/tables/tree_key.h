// A unique key: one path or several whose values no two trees of an Arbor share. Two values are the
// same where they are to a column of an ordinary table (declared affinity and collation; true is
// 1), but integers beyond int64 by all their digits. So each value has one form (`canonical`) that
// is equal by BINARY exactly where the values are the same.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/path.h"
#include "engine/base/value.h"
#include "engine/batch/columns/batch_reader.h"
#include "engine/json/values/json_value.h"
#include "sql/tables/options.h"

namespace arbors::store {

struct KeyPart {
  Path path;  // of keys alone
  Affinity affinity = Affinity::None;
  Collation collation = Collation::Binary;
};

struct TreeKey {
  std::vector<Value> values;  // canonical, by part
  Value first;                // the first part's SQL value as the tree has it
};

// What a tree stands under in the key's index besides its key, where a search by the first part's
// value would not find that.
std::vector<Value> other_keys(const TreeKey& key);

// Tells whether two trees with these keys are the same to the key.
bool is_same(const TreeKey& left, const TreeKey& right);

class KeyColumns {
 public:
  // Reads `path` or `path, path, …`, perhaps in parentheses. Throws Error{Invalid}.
  KeyColumns(std::string_view text, const std::vector<DeclaredColumn>& declared);

  const std::vector<KeyPart>& parts() const { return parts_; }
  std::string text() const;  // as it is read back
  // `t.id, t.b.c`: the columns as SQLite names them in its own messages.
  std::string columns_of(const std::string& table) const;
  // Tells whether a change of the value at `path` may change a key.
  bool may_change_by(const Path& path) const;

  // The key of a tree, minimal JSON text. Throws SqliteError (a constraint) where a part is
  // missing, null, an object or an array.
  TreeKey key_of(std::string_view tree, const std::string& table) const;
  // The same of a tree whose parts were read elsewhere.
  TreeKey key_of(const std::vector<json::JsonValue>& values, const std::string& table) const;

 private:
  template <typename ValueOf>
  TreeKey read_key(const std::string& table, const ValueOf& value_of) const;

  std::vector<KeyPart> parts_;
};

// A row's value as JSON would give it; what is an object or array comes without its text.
json::JsonValue json_value_at(const batch::Vector& vector, std::size_t row);

// The canonical form of a scalar.
Value canonical(const json::JsonValue& value, const KeyPart& part);

// Tells whether each integer, or a text, is its own canonical form.
bool keeps_integers(const KeyPart& part);
bool keeps_text(const KeyPart& part, std::string_view text);

// Reads the keys of a batch's trees one after another.
class KeyReader {
 public:
  // `rows` are the batch's rows to read; they must outlive the reader.
  KeyReader(batch::BatchReader& batch, const KeyColumns& columns, batch::RowSpan rows);
  TreeKey at(std::size_t index, const std::string& table) const;
  // The values of each part, which have their texts.
  std::span<const batch::VectorPtr> vectors() const { return vectors_; }

 private:
  const KeyColumns& columns_;
  std::vector<batch::VectorPtr> vectors_;
};

}  // namespace arbors::store
