#include "ext/host/handed_text.h"

#include <cstring>
#include <memory>

#include "ext/host/sql_value.h"

namespace arbors::ext {
namespace {

constexpr std::size_t kOwnerBytes = sizeof(std::string*);
constexpr std::size_t kOwnedText = 64U << 10;

void free_owner(void* text) {
  std::string* owner = nullptr;
  std::memcpy(&owner, static_cast<char*>(text) - kOwnerBytes, kOwnerBytes);
  std::unique_ptr<std::string>{owner}.reset();
}

// Moves a text to where free_owner finds it.
std::string* own(std::string&& text) {
  std::string* const owner = std::make_unique<std::string>(std::move(text)).release();
  std::memcpy(owner->data(), &owner, kOwnerBytes);
  return owner;
}

}  // namespace

std::string& HandedText::begin() {
  text_.assign(kOwnerBytes, ' ');
  return text_;
}

void HandedText::set_result(sqlite3_context* context) {
  if (text_.size() < kOwnedText)
    return set_json(context, std::string_view(text_).substr(kOwnerBytes));
  std::string* const owner = own(std::move(text_));
  // By its end and not by its size: else SQLite would copy it to put a zero byte behind it. JSON
  // holds no zero byte.
  sqlite3_result_text(context, owner->data() + kOwnerBytes, -1, free_owner);
  mark_json(context);
}

void HandedText::set_blob_result(sqlite3_context* context) {
  const std::string* const owner = own(std::move(text_));
  sqlite3_result_blob64(context, owner->data() + kOwnerBytes, owner->size() - kOwnerBytes,
                        free_owner);
}

}  // namespace arbors::ext
