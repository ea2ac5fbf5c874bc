#include "engine/json/input/structural_index.h"

#include <simdjson.h>

#include <algorithm>
#include <new>

#include "engine/base/error.h"

namespace arbors::json {

class StructuralIndex::Stage {
 public:
  bool run(std::string_view text) {
    if (parser_ == nullptr || text.size() > parser_->capacity()) grow(text.size());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    return parser_->stage1(bytes, text.size(), simdjson::stage1_mode::regular) == simdjson::SUCCESS;
  }
  const std::uint32_t* indexes() const { return parser_->structural_indexes.get(); }
  std::uint32_t size() const { return parser_->n_structural_indexes; }

 private:
  void grow(std::size_t size) {
    if (size >= simdjson::SIMDJSON_MAXSIZE_BYTES) {
      throw Error(ErrorCode::Limit, "a document of 4 GB or more cannot be read");
    }
    const std::size_t capacity = std::min<std::size_t>(std::max<std::size_t>(size + size / 2, 4096),
                                                       simdjson::SIMDJSON_MAXSIZE_BYTES - 1);
    parser_.reset();
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity, 1, parser_);
    if (error != simdjson::SUCCESS) throw std::bad_alloc();
  }

  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_;
};

StructuralIndex::StructuralIndex() : stage_(std::make_unique<Stage>()) {}
StructuralIndex::~StructuralIndex() = default;
StructuralIndex::StructuralIndex(StructuralIndex&&) noexcept = default;
StructuralIndex& StructuralIndex::operator=(StructuralIndex&&) noexcept = default;

bool StructuralIndex::build(std::string_view text) {
  begin_ = end_ = nullptr;
  if (text.empty() || !stage_->run(text)) return false;
  begin_ = stage_->indexes();
  end_ = begin_ + stage_->size();
  return true;
}

std::string simdjson_version() {
  return std::to_string(simdjson::SIMDJSON_VERSION_MAJOR) + '.' +
         std::to_string(simdjson::SIMDJSON_VERSION_MINOR) + '.' +
         std::to_string(simdjson::SIMDJSON_VERSION_REVISION);
}

}  // namespace arbors::json
