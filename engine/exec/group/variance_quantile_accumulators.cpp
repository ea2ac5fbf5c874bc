// stddev and variance by running moments (Welford 1962; joined as Chan, Golub and LeVeque do), and
// quantiles by keeping the numbers. Values that are no numbers are left out.
#include <algorithm>
#include <cmath>

#include "engine/batch/vectors/vector_builder.h"
#include "engine/exec/group/accumulator.h"
#include "engine/exec/group/kept_value.h"

namespace arbors::exec {
namespace {

template <typename Use>
void for_each_number(const batch::Vector& values, const RowGroups& rows, Use use) {
  if (!values.integers.empty() &&
      values.only(batch::tag_bit(batch::Tag::Integer) | batch::kNullTags)) {
    for (std::uint32_t row = 0; row < rows.rows; ++row)
      if (values.tag(row) == batch::Tag::Integer)
        use(rows[row], static_cast<double>(values.integers[row]));
    return;
  }
  for (std::uint32_t row = 0; row < rows.rows; ++row) {
    const Scalar value = scalar_at(values, row);
    if (value.is_number()) use(rows[row], to_real(value));
  }
}

class Deviation : public Accumulator {
 public:
  explicit Deviation(bool root) : root_(root) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    moments_.resize(rows.groups);
    for_each_number(*values, rows, [&](std::uint32_t group, double value) {
      Moments& moments = moments_[group];
      const double off = value - moments.mean;
      moments.mean += off / ++moments.count;
      moments.squares += off * (value - moments.mean);
    });
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Deviation&>(other).moments_;
    moments_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group) {
      const Moments& from = added[group];
      Moments& into = moments_[to[group]];
      if (from.count == 0) continue;
      const double count = into.count + from.count;
      const double off = from.mean - into.mean;
      into.squares += from.squares + off * off * into.count * from.count / count;
      into.mean += off * from.count / count;
      into.count = count;
    }
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    moments_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (const Moments& moments : moments_) {
      const double variance = moments.squares / (moments.count - 1);
      if (moments.count < 2)
        builder.append_null();
      else
        builder.append_real(root_ ? std::sqrt(variance) : variance);
    }
    return builder.finish();
  }

 private:
  struct Moments {
    double count = 0, mean = 0, squares = 0;
  };
  bool root_;
  std::vector<Moments> moments_;
};

class Quantile : public Accumulator {
 public:
  explicit Quantile(double share) : share_(share) {}

  void add(const batch::Vector* values, const RowGroups& rows) override {
    numbers_.resize(rows.groups);
    for_each_number(*values, rows,
                    [&](std::uint32_t group, double value) { numbers_[group].push_back(value); });
  }

  void merge(Accumulator& other, std::span<const std::uint32_t> to, std::uint32_t groups) override {
    const auto& added = static_cast<const Quantile&>(other).numbers_;
    numbers_.resize(groups);
    for (std::size_t group = 0; group < added.size(); ++group)
      numbers_[to[group]].insert(numbers_[to[group]].end(), added[group].begin(),
                                 added[group].end());
  }

  batch::VectorPtr finish(std::uint32_t groups) override {
    numbers_.resize(groups);
    batch::VectorBuilder builder(groups);
    for (std::vector<double>& numbers : numbers_) {
      if (numbers.empty())
        builder.append_null();
      else
        builder.append_real(quantile(numbers));
    }
    return builder.finish();
  }

 private:
  // Interpolates between the two numbers that the share falls between, as quantile_cont does.
  double quantile(std::vector<double>& numbers) const {
    const double place = share_ * static_cast<double>(numbers.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto at = numbers.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(numbers.begin(), at, numbers.end());
    const double low = *at;
    if (below + 1 == numbers.size() || place == static_cast<double>(below)) return low;
    const double high = *std::min_element(at + 1, numbers.end());
    return low + (high - low) * (place - static_cast<double>(below));
  }

  double share_;
  std::vector<std::vector<double>> numbers_;
};

}  // namespace

AccumulatorPtr spread_accumulator(bool root) { return std::make_unique<Deviation>(root); }
AccumulatorPtr quantile_accumulator(double share) { return std::make_unique<Quantile>(share); }

}  // namespace arbors::exec
