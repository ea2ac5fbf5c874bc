#include "tests/unit/exec/export/arrow_reader.h"

#include <flatbuffers/flatbuffers.h>

#include <cstring>
#include <functional>
#include <stdexcept>
#include <string_view>

#include "engine/json/values/writer.h"

namespace arbors::exec {
namespace {

using flatbuffers::Table;
using flatbuffers::voffset_t;

constexpr voffset_t slot(int n) { return static_cast<voffset_t>(4 + 2 * n); }

void require(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

template <typename T>
T number_at(std::string_view bytes, std::size_t at) {
  require(at + sizeof(T) <= bytes.size(), "a number lies outside");
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

using Fields = flatbuffers::Vector<flatbuffers::Offset<Table>>;

const Fields& children_of(const Table* table, int n) {
  const auto* fields = table->GetPointer<const Fields*>(slot(n));
  require(fields != nullptr, "a list of fields is missing");
  return *fields;
}

enum Type { kInt = 2, kReal = 3, kUtf8 = 5, kBool = 6, kList = 12, kStruct = 13 };

std::string name_of(const Table* field) {
  return field->GetPointer<const flatbuffers::String*>(slot(0))->str();
}
int type_of(const Table* field) { return field->GetField<std::uint8_t>(slot(2), 0); }

bool is_signed(const Table* field) {
  return field->GetPointer<const Table*>(slot(3))->GetField<std::uint8_t>(slot(1), 0) == 1;
}

bool is_json(const Table* field) {
  const auto* pairs = field->GetPointer<const Fields*>(slot(6));
  if (pairs == nullptr) return false;
  for (const Table* pair : *pairs) {
    const auto text = [pair](int n) {
      return pair->GetPointer<const flatbuffers::String*>(slot(n));
    };
    if (text(0)->str() == "ARROW:extension:name") return text(1)->str() == "arrow.json";
  }
  return false;
}

std::string describe(const Table* field) {
  require(field->GetField<std::uint8_t>(slot(1), 0) == 1, "a field is not nullable");
  const auto* type = field->GetPointer<const Table*>(slot(3));
  const Fields& children = children_of(field, 5);
  require(type != nullptr, "a field has no type");
  switch (type_of(field)) {
    case kInt:
      require(type->GetField<std::int32_t>(slot(0), 0) == 64, "an integer of another width");
      return is_signed(field) ? "Int64" : "Uint64";
    case kReal:
      require(type->GetField<std::int16_t>(slot(0), 0) == 2, "a real of another precision");
      return "Float64";
    case kUtf8:
      return is_json(field) ? "Utf8 (JSON)" : "Utf8";
    case kBool:
      return "Bool";
    case kList:
      require(children.size() == 1, "a list has one child");
      return "List<" + describe(children.Get(0)) + ">";
    case kStruct: {
      std::string text;
      for (const Table* child : children)
        text += (text.empty() ? "" : ", ") + name_of(child) + ": " + describe(child);
      return "Struct<" + text + ">";
    }
    default:
      throw std::runtime_error("an unknown type");
  }
}

struct Node {
  std::int64_t length, nulls;
};
struct Buffer {
  std::int64_t offset, length;
};
struct Block {
  std::int64_t offset;
  std::int32_t metadata, padding;
  std::int64_t body;
};

// One column of one record batch; prints a row.
using Column = std::function<void(std::size_t row, std::string& out)>;

class BatchColumns {
 public:
  BatchColumns(const Table* batch, std::string_view body)
      : nodes_(batch->GetPointer<const flatbuffers::Vector<const Node*>*>(slot(1))),
        buffers_(batch->GetPointer<const flatbuffers::Vector<const Buffer*>*>(slot(2))),
        body_(body) {}

  Column next(const Table* field, std::size_t rows) {
    require(node_ < nodes_->size(), "a node is missing");
    const Node node = *nodes_->Get(node_++);
    require(node.length == static_cast<std::int64_t>(rows), "a column of another length");
    const std::string_view validity = buffer();
    const auto valid = [validity](std::size_t row) {
      return validity.empty() || ((validity[row / 8] >> (row % 8)) & 1) != 0;
    };
    require(validity.empty() ? node.nulls == 0 : validity.size() >= (rows + 7) / 8,
            "validity of another length");
    std::int64_t nulls = 0;
    for (std::size_t row = 0; row < rows; ++row) nulls += valid(row) ? 0 : 1;
    require(nulls == node.nulls, "another count of nulls");
    const Column values = this->values(field, rows);
    return [valid, values](std::size_t row, std::string& out) {
      valid(row) ? values(row, out) : void(out += "null");
    };
  }
  bool done() const { return node_ == nodes_->size() && buffer_ == buffers_->size(); }

 private:
  std::string_view buffer() {
    require(buffer_ < buffers_->size(), "a buffer is missing");
    const Buffer at = *buffers_->Get(buffer_++);
    require(at.offset % 8 == 0, "a buffer is not aligned");
    require(at.offset + at.length <= static_cast<std::int64_t>(body_.size()),
            "a buffer lies outside of its body");
    return body_.substr(static_cast<std::size_t>(at.offset), static_cast<std::size_t>(at.length));
  }
  std::string_view buffer(std::size_t bytes) {
    const std::string_view found = buffer();
    require(found.size() >= bytes, "a buffer is too short");
    return found;
  }

  Column values(const Table* field, std::size_t rows) {
    switch (type_of(field)) {
      case kInt:
        if (!is_signed(field))
          return [data = buffer(rows * 8)](std::size_t row, std::string& out) {
            out += std::to_string(number_at<std::uint64_t>(data, row * 8));
          };
        return [data = buffer(rows * 8)](std::size_t row, std::string& out) {
          json::write_integer(out, number_at<std::int64_t>(data, row * 8));
        };
      case kReal:
        return [data = buffer(rows * 8)](std::size_t row, std::string& out) {
          json::write_real(out, number_at<double>(data, row * 8));
        };
      case kBool:
        return [data = buffer((rows + 7) / 8)](std::size_t row, std::string& out) {
          out += ((data[row / 8] >> (row % 8)) & 1) != 0 ? "true" : "false";
        };
      case kUtf8:
        return text(rows);
      case kList:
        return list(field, rows);
      default:
        return object(field, rows);
    }
  }

  // Checks that offsets begin at 0 and never fall; gives the last one.
  static std::size_t check_offsets(std::string_view offsets, std::size_t rows) {
    std::int32_t last = 0;
    require(number_at<std::int32_t>(offsets, 0) == 0, "offsets begin elsewhere");
    for (std::size_t row = 0; row <= rows; ++row) {
      const auto next = number_at<std::int32_t>(offsets, row * 4);
      require(next >= last, "an offset falls");
      last = next;
    }
    return static_cast<std::size_t>(last);
  }

  Column text(std::size_t rows) {
    const std::string_view offsets = buffer((rows + 1) * 4);
    const std::string_view data = buffer(check_offsets(offsets, rows));
    return [offsets, data](std::size_t row, std::string& out) {
      const auto begin = static_cast<std::size_t>(number_at<std::int32_t>(offsets, row * 4));
      const auto end = static_cast<std::size_t>(number_at<std::int32_t>(offsets, row * 4 + 4));
      json::write_string(out, data.substr(begin, end - begin));
    };
  }

  Column list(const Table* field, std::size_t rows) {
    const std::string_view offsets = buffer((rows + 1) * 4);
    const Column item = next(children_of(field, 5).Get(0), check_offsets(offsets, rows));
    return [offsets, item](std::size_t row, std::string& out) {
      const auto begin = number_at<std::int32_t>(offsets, row * 4);
      const auto end = number_at<std::int32_t>(offsets, row * 4 + 4);
      out += '[';
      for (std::int32_t i = begin; i < end; ++i) {
        if (i != begin) out += ',';
        item(static_cast<std::size_t>(i), out);
      }
      out += ']';
    };
  }

 public:
  Column object(const Table* field, std::size_t rows) {
    return members(children_of(field, 5), rows);
  }
  Column members(const Fields& fields, std::size_t rows) {
    std::vector<std::pair<std::string, Column>> members;
    for (const Table* child : fields) {
      std::string key;
      json::write_string(key, name_of(child));
      members.emplace_back(key + ":", next(child, rows));
    }
    return [members](std::size_t row, std::string& out) {
      out += '{';
      for (const auto& [key, column] : members) {
        if (out.back() != '{') out += ',';
        out += key;
        column(row, out);
      }
      out += '}';
    };
  }

 private:
  const flatbuffers::Vector<const Node*>* nodes_;
  const flatbuffers::Vector<const Buffer*>* buffers_;
  std::string_view body_;
  unsigned node_ = 0, buffer_ = 0;
};

class Stream {
 public:
  // Reads from byte `at` on to the end mark.
  Stream(std::string_view bytes, std::size_t at) : bytes_(bytes), at_(at) {
    read_schema();
    while (read_batch()) continue;
  }
  std::size_t at() const { return at_; }
  ArrowContent take() { return std::move(content_); }
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  // Gives the next message's FlatBuffer, null at the end mark, and moves to its body.
  const Table* message() {
    require(at_ % 8 == 0, "a message is not aligned");
    require(number_at<std::uint32_t>(bytes_, at_) == 0xFFFFFFFF, "no message begins here");
    const auto size = number_at<std::uint32_t>(bytes_, at_ + 4);
    at_ += 8;
    if (size == 0) return nullptr;
    require(size % 8 == 0 && at_ + size <= bytes_.size(), "metadata of a wrong size");
    // Copied, since a FlatBuffer wants to lie aligned.
    metadata_.emplace_back((size + 7) / 8);
    std::memcpy(metadata_.back().data(), bytes_.data() + at_, size);
    at_ += size;
    const auto* table = flatbuffers::GetRoot<Table>(metadata_.back().data());
    require(table->GetField<std::int16_t>(slot(0), 0) == 4, "metadata of another version");
    return table;
  }

  void read_schema() {
    const Table* const schema = message();
    require(schema != nullptr && schema->GetField<std::uint8_t>(slot(1), 0) == 1, "no schema");
    fields_ = &children_of(schema->GetPointer<const Table*>(slot(2)), 1);
    for (const Table* field : *fields_)
      content_.schema +=
          (content_.schema.empty() ? "" : ", ") + name_of(field) + ": " + describe(field);
  }

  bool read_batch() {
    const std::size_t begin = at_;
    const Table* const found = message();
    if (found == nullptr) return false;
    require(found->GetField<std::uint8_t>(slot(1), 0) == 3, "no record batch");
    const auto size = found->GetField<std::int64_t>(slot(3), 0);
    const auto* batch = found->GetPointer<const Table*>(slot(2));
    const auto rows = static_cast<std::size_t>(batch->GetField<std::int64_t>(slot(0), 0));
    require(at_ + static_cast<std::size_t>(size) <= bytes_.size(), "a body is cut off");
    BatchColumns columns(batch, bytes_.substr(at_, static_cast<std::size_t>(size)));
    const Column row_text = columns.members(*fields_, rows);
    require(columns.done(), "nodes or buffers are left over");
    for (std::size_t row = 0; row < rows; ++row) row_text(row, content_.rows.emplace_back());
    content_.batches.push_back(rows);
    blocks_.push_back(
        {static_cast<std::int64_t>(begin), static_cast<std::int32_t>(at_ - begin), 0, size});
    at_ += static_cast<std::size_t>(size);
    return true;
  }

  std::string_view bytes_;
  std::size_t at_;
  std::vector<std::vector<std::uint64_t>> metadata_;
  const Fields* fields_ = nullptr;
  ArrowContent content_;
  std::vector<Block> blocks_;
};

}  // namespace

ArrowContent read_arrow_stream(const std::string& bytes) {
  Stream stream(bytes, 0);
  require(stream.at() == bytes.size(), "bytes behind the end mark");
  return stream.take();
}

ArrowContent read_arrow_file(const std::string& bytes) {
  require(bytes.size() > 18 && bytes.compare(0, 8, std::string("ARROW1\0\0", 8)) == 0,
          "no Arrow file");
  require(bytes.ends_with("ARROW1"), "the file is cut off");
  Stream stream(bytes, 8);
  const auto size = number_at<std::uint32_t>(bytes, bytes.size() - 10);
  require(stream.at() + size + 10 == bytes.size(), "the footer is elsewhere");
  std::vector<std::uint64_t> footer((size + 7) / 8);
  std::memcpy(footer.data(), bytes.data() + stream.at(), size);
  const auto* table = flatbuffers::GetRoot<Table>(footer.data());
  require(table->GetField<std::int16_t>(slot(0), 0) == 4, "a footer of another version");
  const auto* blocks = table->GetPointer<const flatbuffers::Vector<const Block*>*>(slot(3));
  require(blocks->size() == stream.blocks().size(), "another count of blocks");
  for (unsigned i = 0; i < blocks->size(); ++i) {
    const Block& want = stream.blocks()[i];
    require(blocks->Get(i)->offset == want.offset && blocks->Get(i)->metadata == want.metadata &&
                blocks->Get(i)->body == want.body,
            "a block is elsewhere");
  }
  std::string schema;
  for (const Table* field : children_of(table->GetPointer<const Table*>(slot(1)), 1))
    schema += (schema.empty() ? "" : ", ") + name_of(field) + ": " + describe(field);
  ArrowContent content = stream.take();
  require(schema == content.schema, "the footer has another schema");
  return content;
}

}  // namespace arbors::exec
