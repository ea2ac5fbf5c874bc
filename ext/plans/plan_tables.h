// Plans as tables: `arbor_rows(plan, params…)`, a function that streams trees, `arbor_arrow(plan,
// params…)`, one that streams them as Arrow, `arbor_marshal(plan, params…)` and
// `arbor_marshal_rows(plan, params…)`, which stream them as Python's own values,
// `arbor_diff(name, from [, to])`, one that streams what changed, and
// `CREATE VIRTUAL TABLE v USING arbor_view(plan)`, a plan with a column per field, into which SQL's
// conditions, orders and limits are pushed.
#pragma once

#include "ext/session/session.h"

namespace arbors::ext {

int register_rows_function(const SessionPtr& session);     // plan_rows.cpp
int register_arrow_function(const SessionPtr& session);    // plan_arrow.cpp
int register_marshal_function(const SessionPtr& session);  // plan_marshal.cpp
int register_diff_function(const SessionPtr& session);     // diff_rows.cpp
int register_view_module(const SessionPtr& session);       // plan_view.cpp

}  // namespace arbors::ext
