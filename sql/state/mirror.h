// One generation's state in memory: its segments, and the log's records applied to them. Erased
// rows of segments are dead, replaced ones lie under overlays; inserted trees stand last. Writers
// change it, snapshots are cut from it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sql/state/overlays.h"
#include "sql/state/patched_batch.h"
#include "sql/state/pending_trees.h"
#include "sql/state/row_index.h"
#include "sql/tables/change_log.h"
#include "sql/tables/segment_table.h"

namespace arbors::store {

class Mirror {
 public:
  static constexpr std::uint32_t kErased = UINT32_MAX;  // in the place of a text's number

  struct Inserted {
    std::int64_t rowid = 0;
    std::uint32_t text = kErased;
  };

  explicit Mirror(std::vector<SegmentVersion> segments);

  const std::vector<SegmentVersion>& segments() const { return segments_; }  // in order
  void add_segment(SegmentVersion segment);  // last of the segments; nothing may be inserted
  // The seals of the segments, combined by exclusive or.
  std::int64_t segments_seal() const { return segments_seal_; }

  bool contains(std::int64_t rowid) const;
  // The text of a row that is pending; nullopt for rows of segments as they are stored.
  std::optional<std::string_view> pending_text(std::int64_t rowid) const;
  struct At {
    std::size_t segment;
    std::uint32_t row;
  };
  std::optional<At> find_stored(std::int64_t rowid) const;  // live, and under no overlay
  // Where a row is: in a segment, or in no segment; its text where it is pending.
  struct Found {
    std::int64_t rowid = 0;
    std::optional<At> stored;
    std::uint32_t text = kErased;
    std::uint64_t position = 0;
  };
  std::optional<Found> find(std::int64_t rowid) const;
  void insert(std::int64_t rowid, std::string tree);  // the rowid is free
  bool erase(std::int64_t rowid);
  bool replace(std::int64_t rowid, std::string tree);
  // Applies a record of the log; Corrupt where it does not fit.
  void apply(Record& record);

  std::uint64_t trees() const { return trees_; }
  std::size_t replaced() const { return replaced_; }  // overlays with a text
  std::size_t erased() const { return erased_; }      // rows of segments that died here
  bool pending() const { return !inserted_.empty() || replaced_ + erased_ > 0; }

  // Overlays of a segment by its place in segments(); nullptr where it has none.
  const Overlays* overlays(std::size_t segment) const;
  // Tells whether rows of a segment died here that live in the table.
  bool has_erased(std::size_t segment) const { return stored_runs_.contains(segment); }
  // A segment as the table has it.
  SegmentVersion stored(std::size_t segment) const;
  // What readers of a segment with overlays share: the same until these change. `blocks` cover the
  // texts.
  std::shared_ptr<PatchedFacts> patched(std::size_t segment,
                                        const std::vector<PendingBlock>& blocks) const;
  const std::vector<Inserted>& inserted() const { return inserted_; }
  PendingTrees& texts() { return texts_; }
  const PendingTrees& texts() const { return texts_; }

 private:
  std::optional<At> find_live(std::int64_t rowid) const;  // of a segment
  std::uint64_t start_of(std::size_t segment) const;      // the position of its first live row

  std::vector<SegmentVersion> segments_;
  std::int64_t segments_seal_ = 0;
  RowIndex index_;
  std::unordered_map<std::size_t, Overlays> overlays_;
  std::unordered_map<std::size_t, exec::Segment> stored_runs_;  // where rows died since
  mutable std::unordered_map<std::size_t, std::shared_ptr<PatchedFacts>> patched_;
  mutable std::vector<std::uint64_t> starts_;  // positions of the segments; empty: to be computed
  std::vector<Inserted> inserted_;
  std::size_t inserted_erased_ = 0;  // of them
  std::unordered_map<std::int64_t, std::size_t> inserted_at_;
  PendingTrees texts_;
  std::uint64_t trees_ = 0;
  std::size_t replaced_ = 0, erased_ = 0;
};

}  // namespace arbors::store
