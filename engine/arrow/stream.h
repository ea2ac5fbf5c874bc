// Goes through an Arrow IPC stream (or file, whose messages it holds) that is whole in memory:
// schema, dictionaries, record batches. Its bytes may come from anywhere; they outlive the reader.
#pragma once

#include <string_view>

#include "engine/arrow/array.h"

namespace arbors::arrow {

class StreamReader {
 public:
  // Reads the schema. Throws Error{Invalid}, as next() does.
  explicit StreamReader(std::string_view bytes);
  StreamReader(const StreamReader&) = delete;
  StreamReader& operator=(const StreamReader&) = delete;

  const Schema& schema() const { return schema_; }

  // Gives the next record batch's rows, a Struct, good until the next call; nullptr at the end.
  const Array* next();

 private:
  struct Message {
    std::uint8_t kind;
    FlatTable header;
    std::string_view body;
  };

  std::optional<Message> message();
  void read_dictionary(const Message& message);
  void note_dictionaries(const Field& field);

  std::string_view rest_;
  Schema schema_;
  Dictionaries dictionaries_;
  Array rows_;
};

}  // namespace arbors::arrow
