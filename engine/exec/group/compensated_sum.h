// A sum of reals that keeps what rounding loses (Neumaier, 1974), so that it hardly depends on the
// order of adding: two workers give what one gives.
#pragma once

#include <cmath>

namespace arbors::exec {

class CompensatedSum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    if (std::isfinite(next))
      lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  void add(const CompensatedSum& other) {
    add(other.sum_);
    lost_ += other.lost_;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0;
  double lost_ = 0;
};

}  // namespace arbors::exec
