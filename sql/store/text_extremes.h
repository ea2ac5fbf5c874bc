// The least and the greatest text of one path over many batches. Statistics hold the beginnings of
// long texts, so the batches that may hold an extreme are asked for it; where they are many, its
// beginning is given instead, and `…`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/batch/columns/statistics.h"
#include "engine/exec/source/tree_source.h"

namespace arbors::store {

class TextExtremes {
 public:
  struct Texts {
    std::string least, greatest;
  };
  // Reads them from a batch's column.
  using Read = std::function<Texts(exec::BatchId batch)>;

  // `whole`: the statistics' bounds are values. Nothing is added where no text occurs.
  void add(exec::BatchId batch, const batch::Statistics& statistics, bool whole);

  // Fit to be shown: valid UTF-8. Empty where there is no text.
  Texts shown(const Read& read);

 private:
  struct Share {
    exec::BatchId batch;
    Texts texts;
    bool least_known, greatest_known;  // they are values
    bool open;                         // nothing is known of the greatest
  };
  std::string least(const Read& read);
  std::string greatest(const Read& read);
  static void learn(Share& share, const Read& read);

  std::vector<Share> shares_;
};

}  // namespace arbors::store
