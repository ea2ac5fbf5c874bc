package arbors.spark;

import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.unsafe.types.UTF8String;

/** JSON texts that stand inside brackets: each is the one element of an array's text. */
final class TextColumn extends Made {
  private final ColumnVector arrays;

  TextColumn(ColumnVector arrays) {
    super(DataTypes.StringType);
    this.arrays = arrays;
  }

  @Override
  public boolean isNullAt(int row) {
    return arrays.isNullAt(row);
  }

  @Override
  public UTF8String getUTF8String(int row) {
    UTF8String text = arrays.getUTF8String(row);
    return UTF8String.fromAddress(text.getBaseObject(), text.getBaseOffset() + 1, text.numBytes() - 2);
  }
}
