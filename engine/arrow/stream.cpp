#include "engine/arrow/stream.h"

namespace arbors::arrow {
namespace {

constexpr std::string_view kFileMagic("ARROW1\0\0", 8);
constexpr std::uint32_t kContinuation = 0xFFFFFFFF;

enum MessageKind : std::uint8_t { kSchema = 1, kDictionaryBatch = 2, kRecordBatch = 3 };

std::uint32_t take_number(std::string_view& rest) {
  std::uint32_t number;
  if (rest.size() < sizeof number) throw_bad_arrow("it ends within a message");
  std::memcpy(&number, rest.data(), sizeof number);
  rest.remove_prefix(sizeof number);
  return number;
}

std::string_view take_bytes(std::string_view& rest, std::int64_t size) {
  if (size < 0 || static_cast<std::uint64_t>(size) > rest.size())
    throw_bad_arrow("it ends within a message");
  const std::string_view bytes = rest.substr(0, static_cast<std::size_t>(size));
  rest.remove_prefix(bytes.size());
  return bytes;
}

}  // namespace

StreamReader::StreamReader(std::string_view bytes) : rest_(bytes) {
  if (rest_.starts_with(kFileMagic)) rest_.remove_prefix(kFileMagic.size());
  const std::optional<Message> first = message();
  if (!first || first->kind != kSchema) throw_bad_arrow("it does not begin with a schema");
  schema_ = read_schema(first->header);
  note_dictionaries(schema_.rows);
}

void StreamReader::note_dictionaries(const Field& field) {
  if (field.dictionary) {
    Dictionary& dictionary = dictionaries_[*field.dictionary];
    if (dictionary.field == nullptr) dictionary.field = &field;
  }
  for (const Field& child : field.children) note_dictionaries(child);
}

std::optional<StreamReader::Message> StreamReader::message() {
  if (rest_.empty()) return std::nullopt;
  std::uint32_t size = take_number(rest_);
  if (size == kContinuation) size = take_number(rest_);
  if (size == 0) return std::nullopt;
  const FlatTable table = FlatTable::root(take_bytes(rest_, size));
  const std::optional<FlatTable> header = table.table(2);
  if (!header) throw_bad_arrow("a message is empty");
  return Message{table.number<std::uint8_t>(1, 0), *header,
                 take_bytes(rest_, table.number<std::int64_t>(3, 0))};
}

const Array* StreamReader::next() {
  while (const std::optional<Message> found = message()) {
    if (found->kind == kDictionaryBatch) {
      read_dictionary(*found);
    } else if (found->kind == kRecordBatch) {
      rows_ = read_record_batch(found->header, found->body, schema_.rows, dictionaries_);
      return &rows_;
    } else {
      throw_bad_arrow("a message is neither rows nor a dictionary");
    }
  }
  return nullptr;
}

void StreamReader::read_dictionary(const Message& message) {
  const auto found = dictionaries_.find(message.header.number<std::int64_t>(0, 0));
  const std::optional<FlatTable> data = message.header.table(1);
  if (found == dictionaries_.end() || !data) throw_bad_arrow("a dictionary is of no column");
  Dictionary& dictionary = found->second;
  if (message.header.number<std::uint8_t>(2, 0) == 0) dictionary.parts.clear();  // else a delta
  dictionary.parts.push_back(read_values(*data, message.body, *dictionary.field, dictionaries_));
}

}  // namespace arbors::arrow
