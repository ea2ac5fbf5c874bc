// What the application has given another meaning: functions and collations that it has defined
// under names that SQL, or the plan language, knows. Listing all functions is slow, so answers are
// kept as long as SQLite prepares no statement anew (Session::preparing); what it does not tell of,
// a function of other arity, shows in how it resolves a call.
#pragma once

#include <array>
#include <set>
#include <span>
#include <string>

#include "engine/plan/select/catalog.h"
#include "ext/session/session.h"

namespace arbors::ext {

class HostMeanings {
 public:
  explicit HostMeanings(Session& session) : session_(session) {}

  // Tells whether a function of that name is the application's own, of whatever arity.
  bool is_own(std::string_view function);
  // The first of these calls whose function is the application's own; null: none is.
  const plan::select::CalledFunction* own_call(std::span<const plan::select::CalledFunction> calls);
  // Tells whether a collation orders some texts otherwise than SQLite's.
  bool is_own(Collation collation);

 private:
  void refresh();
  void list_functions();
  bool is_unknown(const plan::select::CalledFunction& call) const;
  bool resolves_as_listed(std::span<const plan::select::CalledFunction> calls);

  Session& session_;
  std::optional<std::uint64_t> since_;
  bool listed_ = false, compared_ = false;
  std::set<std::string, std::less<>> names_;       // of all functions, in lower case
  std::set<std::string, std::less<>> own_;         // of the application's
  std::set<std::string, std::less<>> signatures_;  // of all: name(arity)
  std::array<bool, 3> own_collations_{};
};

}  // namespace arbors::ext
