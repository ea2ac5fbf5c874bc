package arbors.spark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.vectorized.ColumnVector;

/** Numbers as another of Spark's types: int64 as smaller integers, which they must fit, or as reals; doubles as floats. */
final class NumberColumn extends Made {
  private final ColumnVector numbers;
  private final boolean real;
  private final String where;

  NumberColumn(DataType type, ColumnVector numbers, boolean real, String where) {
    super(type);
    this.numbers = numbers;
    this.real = real;
    this.where = where;
  }

  @Override
  public boolean isNullAt(int row) {
    return numbers.isNullAt(row);
  }

  @Override
  public byte getByte(int row) {
    return (byte) within(numbers.getLong(row), Byte.MIN_VALUE, Byte.MAX_VALUE);
  }

  @Override
  public short getShort(int row) {
    return (short) within(numbers.getLong(row), Short.MIN_VALUE, Short.MAX_VALUE);
  }

  @Override
  public int getInt(int row) {
    return (int) within(numbers.getLong(row), Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  @Override
  public float getFloat(int row) {
    return real ? (float) numbers.getDouble(row) : (float) numbers.getLong(row);
  }

  @Override
  public double getDouble(int row) {
    return numbers.getLong(row);
  }

  private long within(long value, long least, long most) {
    if (value < least || value > most) throw new ReadException(where + " does not fit " + dataType().simpleString() + ": " + value);
    return value;
  }
}
