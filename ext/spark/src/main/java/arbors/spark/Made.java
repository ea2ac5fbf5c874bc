package arbors.spark;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.Decimal;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.sql.vectorized.ColumnarArray;
import org.apache.spark.sql.vectorized.ColumnarMap;
import org.apache.spark.unsafe.types.UTF8String;

/** A column that is made of others, which own the memory. Subclasses say where it is null, and give its one kind of value. */
abstract class Made extends ColumnVector {
  Made(DataType type) {
    super(type);
  }

  @Override
  public void close() {}

  @Override
  public boolean hasNull() {
    return true; // perhaps
  }

  @Override
  public int numNulls() {
    throw none("a number of nulls");
  }

  @Override
  public boolean getBoolean(int row) {
    throw none("booleans");
  }

  @Override
  public byte getByte(int row) {
    throw none("bytes");
  }

  @Override
  public short getShort(int row) {
    throw none("shorts");
  }

  @Override
  public int getInt(int row) {
    throw none("ints");
  }

  @Override
  public long getLong(int row) {
    throw none("longs");
  }

  @Override
  public float getFloat(int row) {
    throw none("floats");
  }

  @Override
  public double getDouble(int row) {
    throw none("doubles");
  }

  @Override
  public ColumnarArray getArray(int row) {
    throw none("arrays");
  }

  @Override
  public ColumnarMap getMap(int row) {
    throw none("maps");
  }

  @Override
  public Decimal getDecimal(int row, int precision, int scale) {
    throw none("decimals");
  }

  @Override
  public UTF8String getUTF8String(int row) {
    throw none("strings");
  }

  @Override
  public byte[] getBinary(int row) {
    throw none("bytes");
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    throw none("children");
  }

  private UnsupportedOperationException none(String what) {
    return new UnsupportedOperationException("a column of type " + dataType().simpleString() + " has no " + what);
  }
}
