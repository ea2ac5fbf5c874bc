#include "sql/state/spliced_column.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <string_view>
#include <unordered_map>

#include "engine/base/error.h"

namespace arbors::store {

namespace {

using batch::Tag;
using batch::TextPool;
using batch::Vector;
using batch::VectorPtr;
constexpr batch::TagSet kCoded = batch::tag_bit(Tag::String) | batch::tag_bit(Tag::BigNumber) |
                                 batch::tag_bit(Tag::Opaque) | batch::tag_bit(Tag::Object);
using PoolMember = std::shared_ptr<const TextPool> Vector::*;

// One pool for the texts of all parts: the greatest part's pool as it is, and what the others use.
// A pool of distinct texts stays one.
class JoinedPool {
 public:
  explicit JoinedPool(const TextPool* base) {
    if (base != nullptr) take(*base);
    if (base == nullptr) pool_->distinct = true;
    if (base == nullptr || !base->distinct) return;
    for (std::uint32_t code = 0; code < base->size(); ++code) known_.emplace((*base)[code], code);
  }

  std::uint32_t add(std::string_view text) {
    if (pool_->distinct) {
      const auto known = known_.find(text);
      if (known != known_.end()) return known->second;
    }
    if (pool_->heap.size() + text.size() > std::numeric_limits<std::uint32_t>::max())
      throw Error(ErrorCode::Limit, "the texts of one column exceed 4 GiB");
    pool_->add(text);
    pool_->sorted = false;
    const auto code = static_cast<std::uint32_t>(pool_->size() - 1);
    if (pool_->distinct) known_.emplace(text, code);
    return code;
  }

  std::shared_ptr<const TextPool> finish() { return std::move(pool_); }

 private:
  // Copies the base's texts, but not their numbers, which are those of its entries alone.
  void take(const TextPool& base) {
    pool_->distinct = base.distinct;
    pool_->sorted = base.sorted;
    if (base.folded == 0) {
      pool_->offsets = base.offsets;
      pool_->heap = base.heap;
      return;
    }
    for (std::size_t entry = 0; entry < base.size(); ++entry) pool_->add(base[entry]);
  }

  std::shared_ptr<TextPool> pool_ = std::make_shared<TextPool>();
  std::unordered_map<std::string_view, std::uint32_t> known_;  // sees the parts' pools
};

template <typename T>
void copy_run(const std::vector<T>& from, const PartRun& run, std::vector<T>& to,
              std::uint32_t at) {
  if (!from.empty()) std::copy_n(from.begin() + run.first, run.count, to.begin() + at);
}

// Splices one column; parts[0] is the largest by far, and its codes stay as they are.
class Splicer {
 public:
  Splicer(std::span<const VectorPtr> parts, std::span<const PartRun> runs)
      : parts_(parts), runs_(runs) {}

  VectorPtr run();

 private:
  void join_shapes();
  void splice_tags();
  void splice_codes();
  void join_codes(Tag tag, PoolMember pool);
  void splice_starts();
  template <typename T>
  void splice_values(batch::TagSet of, std::vector<T> Vector::*values);
  // Calls `each(vector, run, at)` for the runs of parts that have the column.
  template <typename Each>
  void for_each_run(Each&& each) const {
    std::uint32_t at = 0;
    for (const PartRun& run : runs_) {
      if (parts_[run.part] != nullptr) each(*parts_[run.part], run, at);
      at += run.count;
    }
  }

  std::span<const VectorPtr> parts_;
  std::span<const PartRun> runs_;
  std::shared_ptr<Vector> out_ = std::make_shared<Vector>();
  std::vector<std::uint32_t> codes_;  // of out_, until its pools are known
};

void Splicer::splice_tags() {
  out_->tags.assign(out_->rows, static_cast<std::uint8_t>(Tag::Missing));
  for_each_run([&](const Vector& from, const PartRun& run, std::uint32_t at) {
    if (from.tags.empty()) {
      std::fill_n(out_->tags.begin() + at, run.count, static_cast<std::uint8_t>(from.uniform));
    } else {
      copy_run(from.tags, run, out_->tags, at);
    }
  });
  for (const std::uint8_t tag : out_->tags) out_->kinds |= batch::tag_bit(static_cast<Tag>(tag));
}

template <typename T>
void Splicer::splice_values(batch::TagSet of, std::vector<T> Vector::*values) {
  if ((out_->kinds & of) == 0) return;
  auto& to = (*out_).*values;
  to.assign(out_->rows, T());
  for_each_run([&](const Vector& from, const PartRun& run, std::uint32_t at) {
    copy_run(from.*values, run, to, at);
  });
}

void Splicer::splice_codes() {
  if ((out_->kinds & kCoded) == 0) return;
  codes_.assign(out_->rows, 0);
  for_each_run([&](const Vector& from, const PartRun& run, std::uint32_t at) {
    if (!from.codes.empty()) from.codes.copy(run.first, run.count, codes_.data() + at);
  });
  join_shapes();
  join_codes(Tag::String, &Vector::strings);
  join_codes(Tag::BigNumber, &Vector::big_numbers);
  join_codes(Tag::Opaque, &Vector::opaque);
  const std::uint32_t most = codes_.empty() ? 0 : *std::ranges::max_element(codes_);
  out_->codes = batch::Codes::narrow(std::move(codes_), std::size_t{most} + 1);
}

// Gives the rows of a tag, in parts other than the first, the codes of the joined pool.
void Splicer::join_codes(Tag tag, PoolMember pool) {
  if (!out_->has(tag)) return;
  const Vector* base = parts_[0].get();
  JoinedPool joined(base != nullptr && base->has(tag) ? ((*base).*pool).get() : nullptr);
  for_each_run([&](const Vector& from, const PartRun& run, std::uint32_t at) {
    if (run.part == 0 || !from.has(tag)) return;
    for (std::uint32_t k = 0; k < run.count; ++k) {
      if (from.tag(run.first + k) == tag) codes_[at + k] = joined.add(from.text(run.first + k));
    }
  });
  (*out_).*pool = joined.finish();
}

void Splicer::join_shapes() {
  if (!out_->has(Tag::Object)) return;
  std::vector<std::vector<PathId>> shapes;
  std::vector<std::uint32_t> offsets(parts_.size());
  for (std::size_t part = 0; part < parts_.size(); ++part) {
    offsets[part] = static_cast<std::uint32_t>(shapes.size());
    if (parts_[part] == nullptr || parts_[part]->shapes == nullptr) continue;
    shapes.insert(shapes.end(), parts_[part]->shapes->begin(), parts_[part]->shapes->end());
  }
  for_each_run([&](const Vector& from, const PartRun& run, std::uint32_t at) {
    if (offsets[run.part] == 0 || !from.has(Tag::Object)) return;
    for (std::uint32_t k = 0; k < run.count; ++k) {
      if (from.tag(run.first + k) == Tag::Object) codes_[at + k] += offsets[run.part];
    }
  });
  out_->shapes = std::make_shared<const std::vector<std::vector<PathId>>>(std::move(shapes));
}

void Splicer::splice_starts() {
  if (!out_->has(Tag::Array)) return;
  out_->starts.reserve(out_->rows + std::size_t{1});
  out_->starts.push_back(0);
  for (const PartRun& run : runs_) {
    const Vector* from = parts_[run.part].get();
    for (std::uint32_t row = run.first; row < run.first + run.count; ++row) {
      const bool none = from == nullptr || from->starts.empty();
      out_->starts.push_back(out_->starts.back() +
                             (none ? 0 : from->starts[row + 1] - from->starts[row]));
    }
  }
}

VectorPtr Splicer::run() {
  for (const PartRun& run : runs_) out_->rows += run.count;
  splice_tags();
  using batch::tag_bit;
  splice_values(tag_bit(Tag::Integer), &Vector::integers);
  splice_values(tag_bit(Tag::Real) | tag_bit(Tag::BigNumber), &Vector::reals);
  splice_codes();
  splice_starts();
  const auto same = [&](std::uint8_t tag) { return tag == out_->tags.front(); };
  if (!out_->tags.empty() && std::all_of(out_->tags.begin(), out_->tags.end(), same)) {
    out_->uniform = static_cast<Tag>(out_->tags.front());
    out_->tags.clear();
  }
  return out_;
}

}  // namespace

VectorPtr splice(std::span<const VectorPtr> parts, std::span<const PartRun> runs) {
  return Splicer(parts, runs).run();
}

}  // namespace arbors::store
