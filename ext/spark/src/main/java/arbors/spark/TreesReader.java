package arbors.spark;

import java.util.ArrayDeque;
import java.util.List;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** The batches of one task, piece after piece. What it holds is given back at `close`, which Spark calls however a task ends. */
final class TreesReader implements PartitionReader<ColumnarBatch> {
  private final TreesReaderFactory factory;
  private final ArrayDeque<Piece> pieces;
  private PieceReader open;
  private ColumnarBatch batch;

  TreesReader(TreesReaderFactory factory, List<Piece> pieces) {
    this.factory = factory;
    this.pieces = new ArrayDeque<>(pieces);
  }

  @Override
  public boolean next() {
    while (true) {
      if (open == null) {
        if (pieces.isEmpty()) return false;
        Piece piece = pieces.remove();
        open = new PieceReader(factory, piece);
      }
      batch = open.next();
      if (batch != null) return true;
      close();
    }
  }

  @Override
  public ColumnarBatch get() {
    return batch;
  }

  @Override
  public void close() {
    batch = null;
    if (open == null) return;
    PieceReader closing = open;
    open = null;
    closing.close();
  }
}
