#include "sql/store/text_extremes.h"

#include <map>

#include "tests/unit/catch.h"

using namespace arbors;
using namespace arbors::store;

namespace {

// Batches by their least and greatest texts, added as their statistics tell them.
class Batches {
 public:
  void add(std::string least, std::string greatest) {
    batch::Statistics statistics;
    statistics.rows = 2;
    statistics.counts[static_cast<unsigned>(batch::Tag::String)] = 2;
    statistics.string_min = least.substr(0, 32);
    statistics.string_max = greatest.substr(0, 32);
    if (greatest.size() > 32) ++statistics.string_max.back();
    const auto batch = static_cast<exec::BatchId>(texts_.size());
    texts_[batch] = {std::move(least), std::move(greatest)};
    extremes_.add(batch, statistics, false);
  }

  TextExtremes::Texts shown() {
    return extremes_.shown([this](exec::BatchId batch) {
      ++read_;
      return texts_.at(batch);
    });
  }
  int read() const { return read_; }

 private:
  std::map<exec::BatchId, TextExtremes::Texts> texts_;
  TextExtremes extremes_;
  int read_ = 0;
};

}  // namespace

TEST_CASE("extremes of short texts are read off the statistics", "[store]") {
  Batches batches;
  batches.add("b", "y");
  batches.add("a", "x");
  const auto shown = batches.shown();
  CHECK(shown.least == "a");
  CHECK(shown.greatest == "y");
  CHECK(batches.read() == 0);
}

TEST_CASE("extremes are whole values where statistics hold their beginnings", "[store]") {
  const std::string common(40, 'c');
  Batches batches;
  batches.add(common + "2", common + "3");
  batches.add(common + "1", common + "4");
  batches.add(std::string(32, 'c'), std::string(32, 'c'));
  auto shown = batches.shown();
  CHECK(shown.least == std::string(32, 'c'));
  CHECK(shown.greatest == common + "4");
}

TEST_CASE("where many batches may hold an extreme its beginning is shown", "[store]") {
  std::string common(30, 'x');
  common += "éé";
  Batches batches;
  for (int k = 0; k < 20; ++k) batches.add(common + std::to_string(k), common + "z");
  const auto shown = batches.shown();
  CHECK(batches.read() < 20);
  CHECK(shown.least == std::string(30, 'x') + "é…");
  CHECK(shown.greatest == std::string(30, 'x') + "…");
}

TEST_CASE("a long text is cut between two characters", "[store]") {
  std::string text = "ab";
  while (text.size() < 2000) text += "é";
  Batches batches;
  batches.add(text, text);
  const auto shown = batches.shown();
  CHECK(shown.least.size() < 300);
  CHECK(shown.least.ends_with("é…"));
  CHECK(text.starts_with(shown.least.substr(0, shown.least.size() - 3)));
}
