#include "engine/exec/export/arrow_writer.h"

namespace arbors::exec {
namespace {

constexpr std::string_view kMagic = "ARROW1";
constexpr std::uint32_t kContinuation = 0xFFFFFFFF;
constexpr std::size_t kPadding = 8;

std::string_view bytes_of(const std::uint32_t& number) {
  return {reinterpret_cast<const char*>(&number), sizeof number};
}

// Frames a message without its body.
std::string framed(std::string metadata) {
  metadata.resize((metadata.size() + kPadding - 1) / kPadding * kPadding);
  std::string message(bytes_of(kContinuation));
  message += bytes_of(static_cast<std::uint32_t>(metadata.size()));
  return message += metadata;
}

template <typename Put>
void put_body(const ArrowBody& body, Put put) {
  constexpr std::string_view kZeros("\0\0\0\0\0\0\0", kPadding - 1);
  for (const std::string_view view : body.views) {
    put(view);
    if (view.size() % kPadding != 0) put(kZeros.substr(0, kPadding - view.size() % kPadding));
  }
}

}  // namespace

void append_schema(std::span<const ArrowField> columns, const ArrowOptions& options,
                   std::string& out) {
  out += framed(schema_message(columns, options));
}

void append_record_batch(std::span<const ArrowField> columns, const ArrowTable& rows,
                         std::string& out) {
  const ArrowBody body = body_of(columns, rows);
  const std::string head = framed(record_batch_message(body));
  out.reserve(out.size() + head.size() + static_cast<std::size_t>(body.bytes));
  out += head;
  put_body(body, [&out](std::string_view bytes) { out += bytes; });
}

void append_end(std::string& out) { out.append(bytes_of(kContinuation)).append(bytes_of(0)); }

ArrowWriter::ArrowWriter(ByteSink& to, std::vector<ArrowField> columns, const ArrowOptions& options,
                         bool file)
    : to_(to), columns_(std::move(columns)), options_(options), file_(file) {
  std::string head;
  if (file_) head.append(kMagic).append(2, '\0');
  append_schema(columns_, options_, head);
  put(head);
}

void ArrowWriter::write(const ArrowTable& rows) {
  if (rows.rows == 0) return;
  const ArrowBody body = body_of(columns_, rows);
  ArrowBlock block;
  block.offset = offset_;
  const std::string head = framed(record_batch_message(body));
  block.metadata = static_cast<std::int32_t>(head.size());
  block.body = body.bytes;
  put(head);
  put_body(body, [this](std::string_view bytes) { put(bytes); });
  if (file_) blocks_.push_back(block);
  trees_ += rows.rows;
}

void ArrowWriter::finish() {
  std::string end;
  append_end(end);
  if (file_) {
    const std::string footer = file_footer(columns_, options_, blocks_);
    end += footer;
    end += bytes_of(static_cast<std::uint32_t>(footer.size()));
    end += kMagic;
  }
  put(end);
  to_.finish();
}

void ArrowWriter::put(std::string_view bytes) {
  to_.write(bytes);
  offset_ += static_cast<std::int64_t>(bytes.size());
}

}  // namespace arbors::exec
