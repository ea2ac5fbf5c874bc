package arbors.spark;

import java.util.function.IntPredicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;

/** Structs of columns that were read each by itself. */
final class StructColumn extends Made {
  private final IntPredicate isNull;
  private final ColumnVector[] children;

  StructColumn(DataType type, IntPredicate isNull, ColumnVector[] children) {
    super(type);
    this.isNull = isNull;
    this.children = children;
  }

  @Override
  public boolean isNullAt(int row) {
    return isNull.test(row);
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    return children[ordinal];
  }
}
