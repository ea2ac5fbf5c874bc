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
#include <span>
#include <string_view>
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

  // Numbers texts. False, with nothing numbered, where the budget does not hold them; a domain that
  // was full once stays so.
  bool number(std::span<const std::string_view> texts, std::uint32_t* numbers);
  bool full() const { return full_; }

  // All numbers given so far are below.
  std::uint32_t size() const;
  // Appends the texts of the given numbers.
  void copy(std::span<const std::uint32_t> numbers, TextPool& to) const;

 private:
  mutable std::mutex mutex_;
  TextTable texts_;
  std::shared_ptr<TextBudget> budget_;
  std::size_t held_ = 0;
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
  // Gives an array of numbers by entry that has those of `codes`; null where the domain is full.
  const Numbers* find(const TextPool& pool, std::span<const std::uint32_t> codes);

  // What a pool's numbers take once they are known.
  static std::size_t memory(std::size_t entries) {
    return sizeof(EntryNumbers) + entries * sizeof(Numbers);
  }

 private:
  void allocate();
  bool find_all(const TextPool& pool);
  bool number(const TextPool& pool, std::span<const std::uint32_t> entries);

  TextDomainPtr domain_;
  std::size_t entries_;
  std::once_flag allocated_;
  std::unique_ptr<Numbers[]> numbers_;
  std::atomic<bool> complete_ = false;
};

}  // namespace arbors::batch
