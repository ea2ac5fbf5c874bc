// arbor_option: the options of an Arbor that stands, read or set.
#include <array>

#include "ext/functions/call_scope.h"
#include "ext/functions/functions.h"
#include "ext/host/sql_value.h"
#include "ext/session/arbor_name.h"
#include "sql/access/savepoint.h"

namespace arbors::ext {
namespace {

struct Option {
  std::string_view name;
  Value (*get)(const store::Options& options);
  void (*set)(store::Store& store, const Value& value);
};

std::int64_t integer_of(std::string_view option, const Value& value) {
  const Value integer = apply_affinity(value, Affinity::Integer);
  if (integer.kind != ValueKind::Integer)
    throw_invalid("the option " + std::string(option) + " takes an integer");
  return integer.integer;
}

// Gives the text that an option is set to; an empty one for NULL, which takes it away.
std::string text_of(std::string_view option, const Value& value) {
  if (value.is_null()) return {};
  if (!value.is_text() || value.text.empty())
    throw_invalid("the option " + std::string(option) + " takes a text, or NULL for none");
  return value.text;
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value::null() : Value::of(text);
}

constexpr std::array<Option, 4> kTableOptions{{
    {"key", [](const store::Options& options) { return text_or_null(options.key); },
     [](store::Store& store, const Value& value) { store.set_key(text_of("key", value)); }},
    {"retain",
     [](const store::Options& options) { return Value::of(std::int64_t{options.retain}); },
     [](store::Store& store, const Value& value) {
       store.set_retain(integer_of("retain", value));
     }},
    {"retain_for", [](const store::Options& options) { return text_or_null(options.retain_for); },
     [](store::Store& store, const Value& value) {
       store.set_retain_for(text_of("retain_for", value));
     }},
    {"batch_trees",
     [](const store::Options& options) { return Value::of(std::int64_t{options.batch_trees}); },
     [](store::Store& store, const Value& value) {
       store.set_batch_trees(integer_of("batch_trees", value));
     }},
}};

const Option& find_option(const std::string& name) {
  std::string names;
  for (const Option& option : kTableOptions) {
    if (name == option.name) return option;
    names += (names.empty() ? "" : ", ") + std::string(option.name);
  }
  throw_invalid("no such option: " + name + " (there are: " + names + ")");
}

void read_option(const CallArguments& call) {
  const Option& option = find_option(text_argument(call.values[1], "the option's name"));
  const StorePtr store = open_arbor(call.session, text_argument(call.values[0], "an Arbor's name"));
  store->generation();  // reads the options anew where another connection has changed them
  set_result(call.context, option.get(store->options()));
}

void set_option(const CallArguments& call) {
  const Option& option = find_option(text_argument(call.values[1], "the option's name"));
  const Value value = to_value(call.values[2]);
  Session& session = call.session;
  // Where a key is taken away its index is dropped; a savepoint that lets no table be dropped is
  // the surer one.
  const bool drops = value.is_null();
  CallScope call_scope(session, drops ? Access::Drops : Access::Writes, call.values);
  const ArborName place = existing_arbor(session, text_argument(call.values[0], "an Arbor's name"));
  const StorePtr store = open_arbor(session, place);
  join_transaction(session, place);
  using Drops = store::Savepoint::Drops;
  store::WriteScope scope(*store, drops ? Drops::Tables : Drops::Nothing);
  option.set(*store, value);
  scope.done();
  call_scope.done();
  set_result(call.context, option.get(store->options()));
}

constexpr std::array<ScalarFunction, 2> kOptionFunctions{{
    {"arbor_option", 2, 2, Marks::Direct, Access::Reads, read_option},
    {"arbor_option", 3, 3, Marks::Direct, Access::None, set_option},
}};

}  // namespace

std::span<const ScalarFunction> option_functions() { return kOptionFunctions; }

}  // namespace arbors::ext
