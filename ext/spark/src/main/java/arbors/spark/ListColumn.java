package arbors.spark;

import org.apache.arrow.vector.complex.ListVector;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;

/** Arrays whose elements are a column. */
final class ListColumn extends Made {
  private final ListVector lists;
  private final ColumnVector elements;

  ListColumn(DataType type, ListVector lists, ColumnVector elements) {
    super(type);
    this.lists = lists;
    this.elements = elements;
  }

  @Override
  public boolean isNullAt(int row) {
    return lists.isNull(row);
  }

  @Override
  public ColumnarArray getArray(int row) {
    int start = lists.getElementStartIndex(row);
    return new ColumnarArray(elements, start, lists.getElementEndIndex(row) - start);
  }
}
