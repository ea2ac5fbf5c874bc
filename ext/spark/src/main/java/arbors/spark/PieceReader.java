package arbors.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.util.ArrowUtils;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarBatch;

/** The batches of one piece: a connection and Arrow memory that are open until `close`. Each batch is good until the next. */
final class PieceReader implements AutoCloseable {
  private final Piece piece;
  private final List<Column> columns;
  private final List<String> items = new ArrayList<>(); // what the columns read
  private final StructField[] types;
  private final Database database;
  private BufferAllocator memory;
  private ArrowStreamReader stream;
  private boolean ended;

  PieceReader(TreesReaderFactory factory, Piece piece) {
    this.piece = piece;
    this.columns = factory.layouts().get(piece.layout());
    for (Column column : columns) column.addItems(items);
    this.types = factory.needed().fields();
    this.database = new Database(piece.file(), factory.extension());
    try {
      check();
    } catch (RuntimeException error) {
      database.close();
      throw error;
    }
  }

  /** Throws where the file is another one than it was when the read was planned. */
  private void check() {
    long trees = database.count(piece.state());
    if (trees != piece.trees())
      throw new ReadException(piece.file() + ": " + piece.state() + " has " + trees + " trees, and had " + piece.trees()
          + " when the read was planned: the file was replaced since; load it again");
  }

  /** The next batch that has rows; null at the end. */
  ColumnarBatch next() {
    if (ended) return null;
    if (items.isEmpty()) return counted();
    try {
      if (stream == null) open();
      while (stream.loadNextBatch()) {
        int rows = stream.getVectorSchemaRoot().getRowCount();
        if (rows == 0) continue;
        return new ColumnarBatch(columns(), rows);
      }
      ended = true;
      return null;
    } catch (IOException | IllegalArgumentException error) {
      throw new ReadException(piece.file() + ": " + error.getMessage(), error);
    }
  }

  /** Rows of which nothing is read: their number is all. */
  private ColumnarBatch counted() {
    ended = true;
    long rows = piece.filtered() ? database.count(piece.source()) : piece.count();
    ColumnVector[] made = new ColumnVector[types.length];
    for (int i = 0; i < made.length; i++) made[i] = new NullColumn(types[i].dataType());
    return rows == 0 ? null : new ColumnarBatch(made, Math.toIntExact(rows));
  }

  private void open() {
    StringBuilder plan = new StringBuilder(piece.source()).append(" | select ");
    for (int i = 0; i < items.size(); i++) plan.append(i == 0 ? "" : ", ").append(items.get(i)).append(" as c").append(i);
    memory = ArrowUtils.rootAllocator().newChildAllocator("arbors " + piece.file(), 0, Long.MAX_VALUE);
    stream = new ArrowStreamReader(database.stream(plan.toString()), memory);
  }

  private ColumnVector[] columns() throws IOException {
    Iterator<FieldVector> vectors = stream.getVectorSchemaRoot().getFieldVectors().iterator();
    ColumnVector[] made = new ColumnVector[columns.size()];
    for (int i = 0; i < made.length; i++) made[i] = columns.get(i).build(types[i].dataType(), vectors, piece.file() + ": ");
    return made;
  }

  @Override
  public void close() {
    ended = true;
    try (database; BufferAllocator closing = memory) {
      if (stream != null) stream.close();
    } catch (IOException error) {
      throw new ReadException(piece.file() + ": " + error.getMessage(), error);
    }
  }
}
