// SQLite's date functions (https://sqlite.org/lang_datefunc.html), as the host's version has them:
// what all versions answer alike is computed here, for the rest the host is asked.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "engine/expr/evaluate/text_column.h"
#include "engine/expr/forms/function.h"
#include "engine/expr/functions/host_call.h"
#include "engine/expr/functions/plain_times.h"
#include "engine/expr/functions/time_format.h"

namespace arbors::expr {
namespace {

using batch::Tag;

// Reads the times of a call whose arguments from `at` on are a column and what says how numbers are
// meant; nothing where other modifiers, or none, do.
std::optional<PlainTimes> times_of(const CallFrame& frame, std::size_t at) {
  if (frame.args.size() <= at || frame.args[at].is_constant()) return std::nullopt;
  const Operand& times = frame.args[at];
  const batch::Vector& column = times.vector();
  const std::size_t modifiers = frame.args.size() - at - 1;
  if (modifiers == 0) {
    if (!column.has(Tag::String)) return std::nullopt;
    return times_of_texts(times, frame.rows);
  }
  if (modifiers > 1 || !(column.has(Tag::Integer) || column.has(Tag::Real))) return std::nullopt;
  const Operand& modifier = frame.args.back();
  if (!modifier.is_constant() || modifier.constant().kind != ValueKind::Text) return std::nullopt;
  constexpr std::int64_t kLastJulian = 5373484;  // 'auto' takes numbers up to this for days
  if (modifier.constant().text == "unixepoch")
    return times_of_numbers(times, frame.rows, PlainTimes::kFirst);
  if (modifier.constant().text == "auto")
    return times_of_numbers(times, frame.rows, kLastJulian + 1);
  return std::nullopt;
}

// Where most rows are for the host, it is asked for all of them.
bool mostly_plain(const std::optional<PlainTimes>& times) {
  return times && times->asks <= times->seconds.size() / 2;
}

// The host's answers for the rows that need them, in order.
batch::VectorPtr ask_host(const CallFrame& frame, HostCall& host, const PlainTimes& times) {
  batch::VectorBuilder answers;
  std::vector<Scalar> row(frame.args.size());
  for (std::uint32_t i = 0; times.asks > 0 && i < frame.rows; ++i) {
    if (times.seconds[i] != PlainTimes::kAsk) continue;
    for (std::size_t arg = 0; arg < row.size(); ++arg) row[arg] = frame.args[arg][i];
    const std::size_t bytes = host.append(row, answers);
    poll_interrupt(steps_of(row) + bytes / kBytesAStep);
  }
  return answers.finish();
}

// Turns seconds into what shows of them, and tells the least and greatest.
std::pair<std::int64_t, std::int64_t> make_keys(const TimeFormat& format, PlainTimes& times) {
  std::int64_t least = PlainTimes::kLast, most = PlainTimes::kFirst;
  const bool all = times.asks == 0 && !times.nulls;
  format.with_key([&](auto to_key) {
    for (std::int64_t& seconds : times.seconds) {
      if (!all && seconds <= PlainTimes::kAsk) continue;
      seconds = to_key(seconds);
      least = std::min(least, seconds);
      most = std::max(most, seconds);
    }
  });
  return {least, most};
}

// Writes a text a key where keys lie close together, else one a row.
class WrittenTimes {
 public:
  WrittenTimes(const TimeFormat& format, std::uint32_t rows, std::int64_t least, std::int64_t most)
      : format_(format), column_(rows), least_(least) {
    constexpr std::uint64_t kFew = 4096, kSparse = 4;
    const auto span = static_cast<std::uint64_t>(most - least);
    if (least <= most && span < kFew + kSparse * rows) entries_.resize(span + 1, kNone);
  }

  void append(std::int64_t key) {
    if (entries_.empty()) return column_.append(write(key));
    std::uint32_t& entry = entries_[static_cast<std::size_t>(key - least_)];
    if (entry == kNone) entry = write(key);
    column_.append(entry);
  }
  TextColumn& column() { return column_; }

 private:
  static constexpr std::uint32_t kNone = TextColumn::kNull;
  std::uint32_t write(std::int64_t key) {
    text_.clear();
    format_.write(key, text_);
    steps_.step();
    return column_.entry(text_);
  }

  const TimeFormat& format_;
  TextColumn column_;
  std::int64_t least_;
  std::vector<std::uint32_t> entries_;  // of keys from least_ on
  std::string text_;
  PolledSteps steps_;
};

batch::VectorPtr write_times(const CallFrame& frame, HostCall& host, const TimeFormat& format,
                             PlainTimes times) {
  const batch::VectorPtr answers = ask_host(frame, host, times);
  const auto [least, most] = make_keys(format, times);
  WrittenTimes written(format, frame.rows, least, most);
  std::uint32_t asked = 0;
  for (const std::int64_t key : times.seconds) {
    if (key > PlainTimes::kAsk) {
      written.append(key);
    } else if (key == PlainTimes::kAsk && answers->tag(asked++) == Tag::String) {
      written.column().append(written.column().entry(answers->text(asked - 1)));
    } else {
      written.column().append_null();
    }
  }
  return written.column().finish();
}

// Computes a function that writes times in a format.
template <FunctionName name>
void write_rows(CallFrame& frame, const std::optional<TimeFormat>& format, std::size_t at) {
  if (format) {
    std::optional<PlainTimes> times = times_of(frame, at);
    if (mostly_plain(times)) {
      const HostCallPtr host = host_call(name.text, frame.args.size());
      frame.result = write_times(frame, *host, *format, std::move(*times));
      return;
    }
  }
  host_rows<name>(frame);
}

template <FunctionName name, FunctionName format>
void formatted(CallFrame& frame) {
  write_rows<name>(frame, TimeFormat::of(format.text), 0);
}

void strftime(CallFrame& frame) {
  const Operand& format = frame.args[0];
  const bool known = format.is_constant() && format.constant().kind == ValueKind::Text;
  write_rows<"strftime">(frame, known ? TimeFormat::of(format.constant().text) : std::nullopt, 1);
}

void unix_epoch(CallFrame& frame) {
  const std::optional<PlainTimes> times = times_of(frame, 0);
  if (!mostly_plain(times)) return host_rows<"unixepoch">(frame);
  const HostCallPtr host = host_call("unixepoch", frame.args.size());
  const batch::VectorPtr answers = ask_host(frame, *host, *times);
  std::uint32_t asked = 0;
  for (const std::int64_t seconds : times->seconds) {
    if (seconds > PlainTimes::kAsk)
      frame.out.append_integer(seconds);
    else if (seconds == PlainTimes::kAsk)
      frame.out.append_from(*answers, asked++);
    else
      frame.out.append_null();
  }
}

constexpr std::array<Function, 7> kDateFunctions{{
    {"date", 0, 255, "date([time [, modifier, …]])", "as in SQLite: 2026-01-31", kScalar,
     formatted<"date", "%Y-%m-%d">},
    {"time", 0, 255, "time([time [, modifier, …]])", "as in SQLite: 12:00:00", kScalar,
     formatted<"time", "%H:%M:%S">},
    {"datetime", 0, 255, "datetime([time [, modifier, …]])", "as in SQLite: 2026-01-31 12:00:00",
     kScalar, formatted<"datetime", "%Y-%m-%d %H:%M:%S">},
    {"julianday", 0, 255, "julianday([time [, modifier, …]])", "as in SQLite: days, as a real",
     kScalar, host_rows<"julianday">},
    {"unixepoch", 0, 255, "unixepoch([time [, modifier, …]])", "as in SQLite: seconds since 1970",
     kScalar, unix_epoch},
    {"strftime", 1, 255, "strftime(format [, time [, modifier, …]])",
     "as in SQLite: the time in a format such as '%Y-%m'", kScalar, strftime},
    {"timediff", 2, 2, "timediff(time, time)",
     "as in SQLite (3.43 and newer): what brings the second to the first, +0001-02-03 04:05:06.789",
     kScalar, host_rows<"timediff">},
}};

}  // namespace

std::span<const Function> date_functions() { return kDateFunctions; }

}  // namespace arbors::expr
