// Numbers texts for longer than a query: equal texts of all pools of a domain (the batches of one
// path, as long as the cache holds them) share a number. Queries that group by a path or count its
// distinct values look each cached text up once, and from then on work on numbers.
//
// Safe for several threads. Which text gets which number depends on who came first: numbers tell
// texts apart, and nothing else may be read out of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/batch/vectors/text_table.h"
#include "engine/batch/vectors/vector.h"

namespace arbors::batch {

// The memory that the domains of a cache share.
struct TextBudget {
  std::atomic<std::size_t> used{0};
  std::atomic<std::size_t> most{0};
};

class TextDomain {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  explicit TextDomain(std::shared_ptr<TextBudget> budget) : budget_(std::move(budget)) {}
  ~TextDomain() { budget_->used -= held_; }
  TextDomain(const TextDomain&) = delete;
  TextDomain& operator=(const TextDomain&) = delete;

  // Numbers texts. False, with nothing numbered, where the budget does not hold new ones; a domain
  // that was full once stays so.
  bool number(std::span<const std::string_view> texts, std::uint32_t* numbers);
  bool full() const { return full_; }
  // Whether pools have so many texts in common that it pays to keep these once: told by some texts
  // of the first pools that are shown; nullopt until there are enough.
  std::optional<bool> repeats() const;
  void show(const TextPool& pool);

  // All numbers given so far are below.
  std::uint32_t size() const;
  // A text by its number, where it stays while the domain lives. Takes no lock: whoever has learnt
  // the number from another thread has met that thread at one since.
  std::string_view operator[](std::uint32_t number) const { return texts_[number]; }
  // Appends the texts of the given numbers.
  void copy(std::span<const std::uint32_t> numbers, TextPool& to) const;
  // Has memory fetch what reading a text will need.
  void fetch_place(std::uint32_t number) const {
    __builtin_prefetch(&texts_.texts().place(number));
  }
  void fetch_text(std::uint32_t number) const {
    __builtin_prefetch(texts_.texts().place(number).begin);
  }

 private:
  bool find_all(std::span<const std::string_view> texts, std::uint32_t* numbers);

  mutable std::mutex mutex_;
  LastingTextTable texts_;
  std::shared_ptr<TextBudget> budget_;
  std::size_t held_ = 0;
  struct Shown {
    std::uint32_t pools = 0;
    std::uint64_t texts = 0, seen = 0;            // of all; that were looked at
    std::unordered_set<std::uint64_t> different;  // their hashes
  } shown_;
  std::optional<bool> repeats_;
  std::atomic<bool> full_ = false;
};
using TextDomainPtr = std::shared_ptr<TextDomain>;

// The numbers of one pool's entries in its domain, found when they are first asked for.
class EntryNumbers {
 public:
  using Numbers = std::atomic<std::uint32_t>;  // written at most once from kNone

  EntryNumbers(TextDomainPtr domain, std::size_t entries)
      : domain_(std::move(domain)), entries_(entries) {}
  // Of a pool whose numbers are known.
  EntryNumbers(TextDomainPtr domain, std::span<const std::uint32_t> numbers);

  const TextDomainPtr& domain() const { return domain_; }
  // Whether it pays to number the texts for somebody who can do without: from the second time on
  // that this is asked of them, or where they are numbered. Looking each up elsewhere costs as
  // much.
  bool asked_before() { return complete_ || asked_.exchange(true, std::memory_order_relaxed); }
  // Gives an array of numbers by entry that has those of `codes`; null where the domain is full.
  const Numbers* find(const TextPool& pool, const Codes& codes);
  // Numbers all entries of a pool; false where the domain is full.
  bool complete(const TextPool& pool);
  std::uint32_t operator[](std::size_t entry) const {
    return numbers_[entry].load(std::memory_order_relaxed);
  }
  std::string_view text(std::size_t entry) const { return (*domain_)[(*this)[entry]]; }
  // Has memory fetch an entry's number.
  void fetch(std::size_t entry) const { __builtin_prefetch(&numbers_[entry]); }

  // What a pool's numbers take once they are known.
  static std::size_t memory(std::size_t entries) {
    return sizeof(EntryNumbers) + entries * sizeof(Numbers);
  }

 private:
  void allocate();
  bool find_all(const TextPool& pool);  // once there is room for the numbers
  bool number(const TextPool& pool, std::span<const std::uint32_t> entries);

  TextDomainPtr domain_;
  std::size_t entries_;
  std::once_flag allocated_;
  std::unique_ptr<Numbers[]> numbers_;
  std::atomic<bool> complete_ = false, asked_ = false;
};

// Gives the column without the texts of its strings, which all have numbers: it holds these, and
// reads the texts in the domain.
VectorPtr without_texts(const Vector& column);
// The reverse: gives the column with the texts, which are fetched many at a time. Where most rows'
// texts are read, asking the domain for one after the other would wait for memory each time.
VectorPtr with_texts(VectorPtr column);
// Gives a column that has texts those of its rows alone, side by side: for few rows of a column
// with many texts, whose reader would wait for memory at each. Long texts stay where they are.
VectorPtr with_texts_of_rows(VectorPtr column);

}  // namespace arbors::batch
