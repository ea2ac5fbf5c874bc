// Which generations are readable and why, what is told of each, and which one a tag, a time or a
// step back from now means.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "sql/access/clock.h"
#include "sql/store/store_impl.h"

namespace arbors::store {

namespace {

constexpr std::size_t kMostNamed = 4;  // of the generations that an error lists one by one

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

bool is_now(std::string_view text) { return compare(text, "now", Collation::NoCase) == 0; }

// Tells a text that SQLite might take for a modifier and that is none: 2026-11-27.
bool begins_with_year(std::string_view text) {
  return text.size() > 4 && text[4] == '-' && std::ranges::all_of(text.substr(0, 4), is_digit);
}

// Adds up what the records of a log, which come in order, say of their generations.
class Tally {
 public:
  void add(const Record& record) {
    time_ = record.time;
    if (tells_counts(record.op)) {
      add_whole(record.generation, record.counts);
    } else {
      add(record.op, record.generation, 1 + record.more.size());
    }
  }
  void add_whole(std::int64_t generation, const Counts& counts) {
    trees_ = counts.trees;
    note(generation, counts.added, counts.removed);
  }
  void add(Op op, std::int64_t generation, std::uint64_t rows) {
    trees_ += op == Op::Insert ? rows : 0;
    trees_ -= op == Op::Erase ? rows : 0;
    const bool replaces = op == Op::Replace || op == Op::Set;
    const bool adds = op == Op::Insert || replaces;
    const bool removes = op == Op::Erase || replaces;
    note(generation, adds ? rows : 0, removes ? rows : 0);
  }
  void set_time(std::int64_t time) { time_ = time; }
  std::map<std::int64_t, GenerationInfo>& generations() { return generations_; }

 private:
  void note(std::int64_t generation, std::uint64_t added, std::uint64_t removed) {
    GenerationInfo& info = generations_[generation];
    info.generation = generation;
    info.time = time_;
    info.trees = trees_;
    info.added += added;
    info.removed += removed;
  }

  std::map<std::int64_t, GenerationInfo> generations_;
  std::uint64_t trees_ = 0;
  std::int64_t time_ = 0;
};

const KeptGeneration* find_kept(const Retained& retained, std::int64_t generation) {
  const auto found =
      std::ranges::lower_bound(retained.kept, generation, {}, &KeptGeneration::generation);
  return found != retained.kept.end() && found->generation == generation ? &*found : nullptr;
}

bool is_stored(const Retained& retained, std::int64_t generation) {
  return generation >= retained.oldest || find_kept(retained, generation) != nullptr;
}

}  // namespace

std::int64_t Store::Impl::base_of(std::int64_t generation) {
  const auto base = log_->base_of(generation);
  if (!base) throw_corrupt("the change log of '" + names_.table + "' lacks a base");
  return *base;
}

std::int64_t Store::Impl::first_young() {
  if (options_.retain_for.empty()) return INT64_MAX;
  const auto time = modified_now(connection_->db, '-' + options_.retain_for);
  if (!time) return INT64_MAX;
  const auto young = log_->first_beyond_time(*time);
  return young ? young->generation : generation_;
}

std::int64_t Store::Impl::oldest(const Retained& retained) {
  const std::int64_t newest = generation_ - static_cast<std::int64_t>(options_.retain) + 1;
  return std::max({std::int64_t{0}, retained.oldest, std::min(newest, first_young())});
}

std::int64_t Store::Impl::oldest() { return oldest(meta_->retained()); }

std::set<std::int64_t> Store::Impl::pinned() const {
  std::set<std::int64_t> generations;
  for (const auto& pin : pins_) {
    const auto held = pin.lock();
    if (held != nullptr && held != cached_) generations.insert(held->generation());
  }
  return generations;
}

std::set<std::int64_t> Store::Impl::kept_alone(const Retained& retained, std::int64_t oldest) {
  std::set<std::int64_t> kept = pinned();
  for (const auto& [tag, generation] : retained.tags) kept.insert(generation);
  std::erase_if(kept, [&](std::int64_t generation) {
    return generation >= oldest || !is_stored(retained, generation);
  });
  return kept;
}

bool Store::Impl::is_readable(const Retained& retained, std::int64_t generation) {
  if (generation < 0 || generation > generation_) return false;
  const std::int64_t oldest = this->oldest(retained);
  return generation >= oldest || kept_alone(retained, oldest).contains(generation);
}

ChangeLog::Until Store::Impl::until(const Retained& retained, std::int64_t generation) {
  if (generation >= retained.oldest) return {generation, std::nullopt};
  const KeptGeneration* kept = find_kept(retained, generation);
  return {generation, kept == nullptr ? std::nullopt : std::optional(kept->seal)};
}

void Store::Impl::refuse_gone(const Retained& retained, const std::string& what) {
  const std::int64_t oldest = this->oldest(retained);
  std::string readable;
  std::size_t named = 0;
  for (const std::int64_t generation : kept_alone(retained, oldest)) {
    if (++named > kMostNamed) break;
    readable += std::to_string(generation) + ", ";
  }
  if (named > kMostNamed) readable += "…, ";
  readable += std::to_string(oldest) + " to " + std::to_string(generation_);
  throw Error(ErrorCode::NotFound,
              "'" + names_.table + "' has no generation " + what + " (readable: " + readable + ")");
}

// What the log tells of readable generations: of those that are kept alone, each by itself.
Store::Impl::Told Store::Impl::tell(const Retained& retained) {
  const std::int64_t oldest = this->oldest(retained);
  const std::set<std::int64_t> alone = kept_alone(retained, oldest);
  Told told;
  for (const std::int64_t generation : alone) {
    if (generation >= retained.oldest) break;
    Tally tally;
    log_->read_from(base_of(generation), until(retained, generation),
                    [&](Record& record) { tally.add(record); });
    told[generation] = tally.generations()[generation];
  }
  Tally tally;
  const auto first = alone.lower_bound(retained.oldest);
  log_->read_from(base_of(first == alone.end() ? oldest : *first), [&](Record& record) {
    if (record.seq <= seq_) tally.add(record);  // of what is buffered: see buffered_
  });
  tally.set_time(write_time_);
  for (const Buffered& change : buffered_) tally.add(change.op, generation_, 1);
  if (counts_due_) tally.add_whole(generation_, counts(bulk_added_, bulk_removed_));
  for (const auto& [generation, info] : tally.generations()) {
    if (generation >= oldest || alone.contains(generation)) told[generation] = info;
  }
  return told;
}

std::vector<GenerationInfo> Store::Impl::history() {
  refresh();
  const Retained retained = meta_->retained();
  Told told = tell(retained);
  for (const auto& [tag, generation] : retained.tags) {
    if (const auto info = told.find(generation); info != told.end())
      info->second.tags.push_back(tag);
  }
  const std::int64_t newest = generation_ - static_cast<std::int64_t>(options_.retain);
  const std::int64_t young = first_young();
  std::vector<GenerationInfo> list;
  for (auto& [generation, info] : told) {
    info.kept = generation > newest   ? "newest"
                : generation >= young ? "age"
                : info.tags.empty()   ? "handle"
                                      : "tag";
    list.push_back(std::move(info));
  }
  return list;
}

std::int64_t Store::Impl::tag(const std::string& tag, const std::optional<Value>& when) {
  require_transaction();
  refresh();
  if (!is_word(tag) || is_now(tag)) {
    throw_invalid(
        "a tag is a word of letters, digits and _ that begins with no digit and is not "
        "now: '" +
        tag + "' is none");
  }
  const std::int64_t generation = when ? generation_of(*when) : generation_;
  const Retained retained = meta_->retained();
  if (const auto taken = retained.tags.find(tag); taken != retained.tags.end()) {
    throw Error(ErrorCode::Constraint, "the tag " + tag + " of '" + names_.table +
                                           "' is taken: it names generation " +
                                           std::to_string(taken->second));
  }
  if (!is_stored(retained, generation)) refuse_gone(retained, std::to_string(generation));
  meta_->set_tag(tag, generation);
  return generation;
}

bool Store::Impl::untag(const std::string& tag) {
  require_transaction();
  refresh();
  if (!meta_->retained().tags.contains(tag)) return false;
  meta_->set_tag(tag, std::nullopt);
  return true;
}

std::int64_t Store::Impl::generation_of(const Value& when) {
  refresh();
  sqlite3* db = connection_->db;
  const Retained retained = meta_->retained();
  if (when.kind == ValueKind::Integer) {
    if (!is_readable(retained, when.integer)) refuse_gone(retained, std::to_string(when.integer));
    return when.integer;
  }
  if (when.kind == ValueKind::Real) {
    const auto time = read_time(db, when);
    if (time) return generation_at(retained, *time);
  }
  if (!when.is_text())
    throw_invalid("a generation is told by its number, a tag, a time or a step back from now");
  if (const auto tagged = retained.tags.find(when.text); tagged != retained.tags.end())
    return tagged->second;
  std::optional<std::int64_t> time;
  if (begins_with_year(when.text)) time = read_time(db, when);
  if (!time) time = modified_now(db, when.text);
  if (!time) time = read_time(db, when);
  if (time) return generation_at(retained, *time);
  std::string tags;
  for (const auto& [tag, generation] : retained.tags) tags += (tags.empty() ? "" : ", ") + tag;
  throw Error(ErrorCode::NotFound,
              "'" + names_.table + "' has no tag '" + when.text + "', which is no time either (" +
                  (tags.empty() ? "there are no tags)" : "tags: " + tags + ")"));
}

// A generation's records all have its time.
std::int64_t Store::Impl::generation_at(const Retained& retained, std::int64_t time) {
  const bool writes = writing_ && generation_ == write_generation_;
  if (time >= (writes ? write_time_ : time_)) return generation_;
  const auto beyond = log_->first_beyond_time(time);
  const auto last = log_->last_before(beyond ? beyond->seq : INT64_MAX);
  if (!last && beyond && beyond->generation == 0) {
    throw Error(ErrorCode::NotFound, "'" + names_.table + "' has no generation at " +
                                         time_text(time) + ", before its first one (" +
                                         time_text(beyond->time) + ")");
  }
  if (last && is_readable(retained, last->generation)) {
    const std::int64_t following = beyond ? beyond->generation : generation_;
    const KeptGeneration* kept = find_kept(retained, last->generation);
    if (following == last->generation + 1 || (kept != nullptr && time < kept->until))
      return last->generation;
  }
  refuse_gone(retained, "of " + time_text(time) + " any more");
}

}  // namespace arbors::store
