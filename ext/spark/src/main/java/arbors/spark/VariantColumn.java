package arbors.spark;

import java.io.IOException;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.vectorized.ColumnVector;
import org.apache.spark.types.variant.Variant;
import org.apache.spark.types.variant.VariantBuilder;

/** JSON texts as variants. Spark takes a variant's two parts from the column's children, one after the other. */
final class VariantColumn extends Made {
  private final ColumnVector texts;
  private final String where;
  private final ColumnVector[] parts = {new Part(true), new Part(false)};
  private String text;
  private Variant variant; // of `text`

  VariantColumn(ColumnVector texts, String where) {
    super(DataTypes.VariantType);
    this.texts = texts;
    this.where = where;
  }

  @Override
  public boolean isNullAt(int row) {
    return texts.isNullAt(row);
  }

  @Override
  public ColumnVector getChild(int ordinal) {
    return parts[ordinal];
  }

  private Variant variant(int row) {
    String found = texts.getUTF8String(row).toString();
    try {
      if (!found.equals(text)) variant = VariantBuilder.parseJson(found, false);
    } catch (IOException | RuntimeException error) {
      throw new ReadException(where + " cannot be a variant: " + error.getMessage(), error);
    }
    text = found;
    return variant;
  }

  private final class Part extends Made {
    private final boolean isValue;

    Part(boolean isValue) {
      super(DataTypes.BinaryType);
      this.isValue = isValue;
    }

    @Override
    public boolean isNullAt(int row) {
      return texts.isNullAt(row);
    }

    @Override
    public byte[] getBinary(int row) {
      return isValue ? variant(row).getValue() : variant(row).getMetadata();
    }
  }
}
