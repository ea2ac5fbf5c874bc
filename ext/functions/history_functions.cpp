// The scalar functions of an Arbor's history: tags, which generation a time means, and going back
// to one.
#include <array>

#include "ext/functions/functions.h"
#include "ext/host/sql_value.h"
#include "ext/session/arbor_name.h"
#include "sql/store/store.h"

namespace arbors::ext {
namespace {

std::string arbor_argument(const CallArguments& call) {
  return text_argument(call.values[0], "an Arbor's name");
}

Value when_argument(const CallArguments& call, std::size_t number) {
  return to_value(call.values[number]);
}

// Changes an Arbor there is, as a part of the transaction under way.
template <typename Write>
std::int64_t change_history(const CallArguments& call, Write&& write) {
  const ArborName place = existing_arbor(call.session, arbor_argument(call));
  const StorePtr store = open_arbor(call.session, place);
  join_transaction(call.session, place);
  store::WriteScope scope(*store);
  const std::int64_t result = write(*store);
  scope.done();
  return result;
}

void tag(const CallArguments& call) {
  const std::string tag = text_argument(call.values[1], "a tag");
  std::optional<Value> when;
  if (call.values.size() > 2) when = when_argument(call, 2);
  sqlite3_result_int64(call.context, change_history(call, [&](store::Store& store) {
                         return store.tag(tag, when);
                       }));
}

void untag(const CallArguments& call) {
  const std::string tag = text_argument(call.values[1], "a tag");
  sqlite3_result_int64(call.context, change_history(call, [&](store::Store& store) {
                         return store.untag(tag) ? 1 : 0;
                       }));
}

void generation(const CallArguments& call) {
  const StorePtr store = open_arbor(call.session, arbor_argument(call));
  sqlite3_result_int64(call.context, store->generation_of(when_argument(call, 1)));
}

void restore(const CallArguments& call) {
  const Value when = when_argument(call, 1);
  const std::int64_t changed = change_history(call, [&](store::Store& store) {
    return static_cast<std::int64_t>(store.restore(store.generation_of(when)));
  });
  declare_new_columns(call.session, existing_arbor(call.session, arbor_argument(call)));
  sqlite3_result_int64(call.context, changed);
}

constexpr std::array<ScalarFunction, 4> kHistoryFunctions{{
    {"arbor_tag", 2, 3, Marks::Direct, Access::Writes, tag},
    {"arbor_untag", 2, 2, Marks::Direct, Access::Writes, untag},
    {"arbor_restore", 2, 2, Marks::Direct, Access::Writes, restore},
    {"arbor_generation", 2, 2, Marks::Plain, Access::Reads, generation},
}};

}  // namespace

std::span<const ScalarFunction> history_functions() { return kHistoryFunctions; }

}  // namespace arbors::ext
