// Options that an Arbor's CREATE statement gave it, changed later. They are told to other
// connections like a change of indexes.
#include "sql/store/store_impl.h"

namespace arbors::store {

void Store::Impl::set_option(std::string_view key, std::int64_t value, std::uint32_t& option,
                             std::int64_t most) {
  require_transaction();
  refresh();
  if (value < 1 || value > most) {
    throw_invalid(std::string(key) + " takes a number from 1 to " + std::to_string(most) +
                  ", not " + std::to_string(value));
  }
  meta_->set(key, value);
  option = static_cast<std::uint32_t>(value);
  tell_of_facts();
}

void Store::Impl::set_retain_for(const std::string& modifier) {
  require_transaction();
  refresh();
  if (!modifier.empty()) check_age(connection_->db, modifier);
  meta_->set_text("retain_for", modifier);
  options_.retain_for = modifier;
  tell_of_facts();
}

void Store::set_batch_trees(std::int64_t trees) {
  impl_->set_option("batch_trees", trees, impl_->options_.batch_trees, kMostDeclaredBatchTrees);
}
void Store::set_retain(std::int64_t generations) {
  impl_->set_option("retain", generations, impl_->options_.retain, kMostRetain);
}
void Store::set_retain_for(const std::string& modifier) { impl_->set_retain_for(modifier); }
void Store::set_key(const std::string& paths) { impl_->set_key(paths); }
bool Store::has_key() {
  impl_->refresh();
  return impl_->key_ != nullptr;
}
std::optional<KeyRun> Store::new_keys(const std::shared_ptr<const batch::BuiltBatch>& batch,
                                      const batch::SharedPaths& shared) {
  return impl_->new_keys(batch, shared);
}

}  // namespace arbors::store
