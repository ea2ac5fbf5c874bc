// One generation's state in memory: its segments, and the log's records applied to them. Erased
// rows of segments are dead, replaced ones and replaced values lie under overlays; inserted trees
// stand last. Writers change it, snapshots are cut from it. A change of one row that fails leaves
// all rows as they were; apply() and carry() change several, and may fail half-way.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/json/edit/kept_members.h"
#include "sql/state/inserted_rows.h"
#include "sql/state/overlays.h"
#include "sql/state/patched_batch.h"
#include "sql/state/pending_trees.h"
#include "sql/state/row_index.h"
#include "sql/tables/change_log.h"
#include "sql/tables/segment_table.h"

namespace arbors::store {

// Gives a tree with these values in it.
std::string with_values(std::string tree, std::span<const SetValue> values,
                        const PathDictionary& paths);

class GenerationState {
 public:
  static constexpr std::uint32_t kErased = InsertedRows::kErased;

  explicit GenerationState(std::vector<SegmentVersion> segments);

  const std::vector<SegmentVersion>& segments() const { return segments_; }  // in order
  void add_segment(SegmentVersion segment);  // last of the segments; nothing may be inserted
  // The seals of the segments, combined by exclusive or.
  std::int64_t segments_seal() const { return segments_seal_; }

  bool contains(std::int64_t rowid) const;
  // The text of a row whose tree is pending; nullopt for rows of segments.
  std::optional<std::string_view> pending_text(std::int64_t rowid) const;
  struct At {
    std::size_t segment;
    std::uint32_t row;
  };
  std::optional<At> find_stored(std::int64_t rowid) const;  // live, and under no other tree
  // The values that lie over a row of a segment.
  std::vector<SetValue> values_over(const At& at) const;
  // Where a row is: in a segment, or in no segment; its text where it is pending.
  struct Found {
    std::int64_t rowid = 0;
    std::optional<At> stored;
    std::uint32_t text = kErased;
    std::uint64_t position = 0;
  };
  std::optional<Found> find(std::int64_t rowid) const;
  void insert(std::int64_t rowid, std::string_view tree);  // the rowid is free
  bool erase(std::int64_t rowid);
  // `kept`: the members of the row's tree as it is now, if it is one of a segment's with nothing
  // over it, that the new one begins with.
  bool replace(std::int64_t rowid, std::string_view tree, json::KeptMembers kept = {});
  // Puts values into a tree. Their paths consist of keys.
  bool set(std::int64_t rowid, std::span<const SetValue> values, const PathDictionary& paths);
  // Does either, as a row says; false where it does not fit.
  bool carry(ReplacedRow& row, const PathDictionary& paths);
  // Applies a record of the log; Corrupt where it does not fit.
  void apply(Record& record, const PathDictionary& paths);

  std::uint64_t trees() const { return trees_; }
  std::size_t replaced() const { return replaced_; }  // other trees and values over segments
  std::size_t erased() const { return erased_; }      // rows of segments that died here
  bool pending() const { return !inserted().empty() || replaced_ + erased_ > 0; }

  // Overlays of a segment by its place in segments(); nullptr where it has none.
  const SegmentOverlays* overlays(std::size_t segment) const;
  std::size_t bytes_over(std::size_t segment) const;  // of what stands in the place of its rows,
  // and this itself, in order of the rows.
  std::vector<ReplacedRow> replaced_rows(std::size_t segment) const;
  // Tells whether rows of a segment died here that live in the table.
  bool has_erased(std::size_t segment) const { return stored_runs_.contains(segment); }
  // A segment as the table has it.
  SegmentVersion stored(std::size_t segment) const;
  // What readers of a segment with overlays share: the same until these change. The blocks cover
  // the texts.
  std::shared_ptr<PatchedFacts> patched(std::size_t segment, const PendingBlocks& blocks) const;
  const std::vector<InsertedRows::Row>& inserted() const { return inserted_.rows(); }
  std::size_t inserted_bytes() const { return inserted_.bytes(); }  // of texts as they were added
  const PendingTrees& texts() const { return texts_; }
  // The members of the stored row that a text which lies over it begins with.
  json::KeptMembers kept(std::uint32_t text) const {
    return text < kept_.size() ? kept_[text] : json::KeptMembers();
  }
  // How many texts, from the first on, have had their columns noted.
  std::uint32_t noted_texts() const { return noted_texts_; }
  void note_texts() { noted_texts_ = texts_.size(); }
  const PendingTrees& values() const { return values_; }
  // Builds what is not built yet of the texts; new paths go to `paths`.
  PendingBlocks blocks(PathDictionary& paths);
  // How many texts there are, those that are not in use any more included, and their bytes.
  std::size_t pending_texts() const { return texts_.size() + values_.size(); }
  std::size_t pending_bytes() const { return texts_.bytes() + values_.bytes(); }

 private:
  std::optional<At> find_live(std::int64_t rowid) const;  // of a segment
  std::uint64_t start_of(std::size_t segment) const;      // the position of its first live row
  bool apply_to_rows(Record& record, const PathDictionary& paths);
  void drop_overlays(const At& at);
  json::KeptMembers kept_by(std::uint32_t text, const SegmentOverlays& overlays, std::uint32_t row,
                            json::KeptMembers kept) const;

  std::vector<SegmentVersion> segments_;
  std::int64_t segments_seal_ = 0;
  RowIndex index_;
  std::unordered_map<std::size_t, SegmentOverlays> overlays_;
  std::unordered_map<std::size_t, exec::Segment> stored_runs_;  // where rows died since
  mutable std::unordered_map<std::size_t, std::shared_ptr<PatchedFacts>> patched_;
  mutable std::vector<std::uint64_t> starts_;  // positions of the segments; empty: to be computed
  InsertedRows inserted_;
  PendingTrees texts_;                   // of trees
  PendingTrees values_;                  // of single values
  std::vector<json::KeptMembers> kept_;  // by texts; those behind its end keep nothing
  std::uint32_t noted_texts_ = 0;
  std::uint64_t trees_ = 0;
  std::size_t replaced_ = 0, erased_ = 0;
};

}  // namespace arbors::store
