// What is looked up of texts that were numbered by a domain.
//
// TextTranslation: the numbers that the texts of one domain have elsewhere, each looked up once, by
// any thread: what probing a table with a column of another Arbor costs a text no hash with.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "engine/batch/vectors/text_domain.h"
#include "engine/batch/vectors/text_table.h"

namespace arbors::exec {

class TextTranslation {
 public:
  static constexpr std::uint32_t kUnknown = 0xFFFFFFFE;

  // Takes the first domain that is asked about; false for any other.
  bool serves(const batch::TextDomainPtr& domain) {
    std::call_once(begun_, [&] {
      domain_ = domain;
      size_ = domain->size();
      entries_ = std::make_unique<std::atomic<std::uint32_t>[]>(size_);
      for (std::uint32_t text = 0; text < size_; ++text) entries_[text] = kUnknown;
    });
    return domain_ == domain;
  }

  // How many of the domain's texts it knows of: those that came first.
  std::uint32_t size() const { return size_; }
  // The number of a text by its number in the domain, below size(); kUnknown until it is set.
  std::uint32_t operator[](std::uint32_t text) const {
    return entries_[text].load(std::memory_order_relaxed);
  }
  void set(std::uint32_t text, std::uint32_t number) {
    entries_[text].store(number, std::memory_order_relaxed);
  }

 private:
  std::once_flag begun_;
  batch::TextDomainPtr domain_;
  std::uint32_t size_ = 0;
  std::unique_ptr<std::atomic<std::uint32_t>[]> entries_;
};

// A table of the texts themselves, made when one is looked up that has no number in their domain.
class DomainTexts {
 public:
  // `fill(table, entries)` numbers the texts in a table, and gives the entry of each.
  template <typename Fill>
  const DomainTexts& made(const Fill& fill) {
    std::call_once(made_, [&] {
      keys = {};  // where an attempt has failed
      entries.clear();
      fill(keys, entries);
    });
    return *this;
  }

  batch::TextTable keys;
  std::vector<std::uint32_t> entries;

 private:
  std::once_flag made_;
};

}  // namespace arbors::exec
