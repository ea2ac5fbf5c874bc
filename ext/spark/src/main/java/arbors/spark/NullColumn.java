package arbors.spark;

import org.apache.spark.sql.types.DataType;

/** A column that is null everywhere: no tree of the files has it. */
final class NullColumn extends Made {
  NullColumn(DataType type) {
    super(type);
  }

  @Override
  public boolean isNullAt(int row) {
    return true;
  }
}
