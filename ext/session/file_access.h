// Whether a connection may touch files. They are switched off for good by arbor_config('files', 0)
// and by ARBORS_FILES=0 in the environment; a connection that may not write its database, since
// that was opened so or by PRAGMA query_only, writes no files and imports none either.
#pragma once

#include <string_view>

#include "ext/session/session.h"

namespace arbors::ext {

// Throws Error{ReadOnly} where files are switched off. `function` names who asks.
void require_files(const Session& session, std::string_view function);

// Throws Error{ReadOnly} where the connection writes nothing.
void require_writing(const Session& session, std::string_view function);

// What the environment says of the connections to come.
bool files_by_default();

}  // namespace arbors::ext
