package arbors.spark;

import java.io.Serializable;

/**
 * A run of a file's trees: `source` is the plan that gives them; `state`, the Arbor at its generation, has `trees` in all;
 * `count` are in the run, of which `source` may leave out some where it is `filtered`.
 */
record Piece(String file, String source, String state, long trees, long count, boolean filtered, int layout) implements Serializable {
  /** The trees that pass more stages. */
  Piece and(String stages) {
    return stages.isEmpty() ? this : new Piece(file, source + stages, state, trees, count, true, layout);
  }
}
