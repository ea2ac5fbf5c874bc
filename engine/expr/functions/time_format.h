// A format of strftime() whose fields every version of SQLite writes alike, for the times of
// PlainTimes. What such a format shows of a time is its key: a day, an hour … or a minute of the
// day, so that few texts need be written for many times.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace arbors::expr {

class TimeFormat {
 public:
  // Nothing where the format has another field, or none that shows a time.
  static std::optional<TimeFormat> of(std::string_view format);

  std::int64_t key(std::int64_t seconds) const;
  void write(std::int64_t key, std::string& out) const;

  // Calls use(to_key) with a function from seconds to keys that the compiler can see through.
  template <typename Use>
  void with_key(Use use) const {
    switch (unit_) {
      case 1:
        return use_unit<1>(use);
      case kMinute:
        return use_unit<kMinute>(use);
      case kHour:
        return use_unit<kHour>(use);
      default:
        return use_unit<kDay>(use);
    }
  }

 private:
  static constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400;

  struct Step {
    char field;  // as in the format; 0: a text
    std::string text;
  };

  template <std::int64_t unit, typename Use>
  void use_unit(Use use) const {
    // Counted from a day that no time of PlainTimes lies before, so that the division cuts.
    constexpr std::int64_t kBefore = kDay * 400000;
    if (of_day_) {
      use([](std::int64_t seconds) { return (seconds + kBefore) % kDay / unit; });
    } else {
      use([](std::int64_t seconds) { return (seconds + kBefore) / unit - kBefore / unit; });
    }
  }

  std::vector<Step> steps_;
  std::int64_t unit_ = kDay;
  bool of_day_ = true;  // the day does not show
};

}  // namespace arbors::expr
