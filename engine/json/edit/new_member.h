// Recognizes the text of an object that got one key more, as json_set() makes it, so that the rest
// of the text need not be read again.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/json/input/normalizer.h"

namespace arbors::json {

// Where `after` is the minimal text `before` of an object with one member more at its end, whose
// key no other has, gives `after` as minimal JSON text; nullopt for anything else, malformed text
// too.
std::optional<std::string> with_new_member(std::string_view before, std::string_view after,
                                           ValueNormalizer& normalizer);

}  // namespace arbors::json
