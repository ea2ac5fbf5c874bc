#include "sql/import/source_member.h"

#include "engine/json/values/writer.h"

namespace arbors::store {

std::vector<std::string> source_members(const ImportOptions& options,
                                        const std::vector<std::string>& files) {
  std::vector<std::string> members;
  if (!options.source) return members;
  for (const std::string& file : files) {
    std::string& member = members.emplace_back();
    json::write_string(member, *options.source);
    member += ':';
    json::write_string(member, file);
  }
  return members;
}

}  // namespace arbors::store
