#include "engine/exec/scan/text_batch.h"

#include "engine/exec/scan/reshape.h"

namespace arbors::exec {

batch::BatchReader& TextBatch::columns() const {
  if (!columns_) columns_ = batch_of_texts(texts_);
  return *columns_;
}

}  // namespace arbors::exec
