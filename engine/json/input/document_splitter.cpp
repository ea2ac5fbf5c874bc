#include "engine/json/input/document_splitter.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/json/input/foreign_format.h"

namespace arbors::json {

class DocumentSplitter::Impl {
 public:
  Impl(Input& input, SplitOptions options, const SplitLimits& limits)
      : input_(input), options_(std::move(options)), reader_(input, limits, options_.skip) {}

  Format format() {
    if (finder_ == nullptr) start();
    return options_.format;
  }
  std::uint64_t bytes() const { return reader_.bytes(); }

  std::optional<Slice> next() {
    format();
    while (more_) {
      reader_.begin_slice();
      while (more_ && !reader_.full()) more_ = find();
      const bool empty = reader_.empty();
      Slice slice = reader_.end_slice();
      if (!empty) return slice;
    }
    return std::nullopt;
  }

 private:
  void start();
  bool find() {
    try {
      return finder_->find(reader_);
    } catch (const SliceReader::Halted&) {
      return false;
    }
  }

  Input& input_;
  SplitOptions options_;
  SliceReader reader_;
  std::unique_ptr<DocumentFinder> finder_;
  bool more_ = true;
};

void DocumentSplitter::Impl::start() {
  std::string_view text = reader_.start();
  refuse_foreign(text, input_.name(), options_.skip);
  Look looked{options_.format};
  if (options_.format == Format::Auto) {
    const FormatHints hints{options_.names_lines, options_.skip};
    while (wants_more(text, hints) && text.size() <= reader_.limits().max_document &&
           reader_.read_on())
      text = reader_.beginning();
    looked = look(text, reader_.ended(), hints);
    options_.format = looked.format;
  }
  finder_ = options_.path.empty() ? make_finder(looked.format, looked.surely)
                                  : make_path_finder(options_.path);
}

DocumentSplitter::DocumentSplitter(Input& input, SplitOptions options, SplitLimits limits)
    : impl_(std::make_unique<Impl>(input, std::move(options), limits)) {}
DocumentSplitter::~DocumentSplitter() = default;

std::optional<Slice> DocumentSplitter::next() { return impl_->next(); }
Format DocumentSplitter::format() { return impl_->format(); }
std::uint64_t DocumentSplitter::bytes() const { return impl_->bytes(); }

}  // namespace arbors::json
