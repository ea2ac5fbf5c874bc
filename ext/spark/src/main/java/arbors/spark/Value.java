package arbors.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.VariantType;
import org.apache.spark.sql.vectorized.ColumnVector;

/**
 * What the engine's stream holds in one place, as the driver has planned it: INT64, FLOAT64, BOOL, UTF8, JSON (marked as
 * such), BRACKETS (JSON inside brackets), lists of one value, structs of members. A stream that holds something else is of
 * a file that was replaced.
 */
sealed interface Value extends Serializable {
  Value IS_THERE = Scalar.BOOL;

  /** The column of a type of Spark's over a vector of these values. */
  ColumnVector over(FieldVector vector, DataType type, String where);

  static Value of(JsonNode node) {
    if (node.isTextual()) return Scalar.valueOf(node.asText());
    if (node.has("element")) return new Elements(node.get("element").isNull() ? null : of(node.get("element")));
    ArrayList<Member> members = new ArrayList<>();
    for (JsonNode member : node.get("members"))
      members.add(new Member(member.get("name").asText(), member.get("key").asText(), of(member.get("value"))));
    return new Members(members);
  }

  private static void expect(boolean as, FieldVector vector, String where) {
    if (!as)
      throw new ReadException(where + " holds " + vector.getField().getType()
          + ", which it did not when the read was planned: the file was replaced since; load it again");
  }

  /** Values without parts. */
  enum Scalar implements Value {
    INT64(MinorType.BIGINT), FLOAT64(MinorType.FLOAT8), BOOL(MinorType.BIT), UTF8(MinorType.VARCHAR), JSON(MinorType.VARCHAR), BRACKETS(MinorType.VARCHAR);

    private final MinorType stored;

    Scalar(MinorType stored) {
      this.stored = stored;
    }

    @Override
    public ColumnVector over(FieldVector vector, DataType type, String where) {
      boolean marked = "arrow.json".equals(vector.getField().getMetadata().get(ArrowType.ExtensionType.EXTENSION_METADATA_KEY_NAME));
      expect(vector.getMinorType() == stored && marked == (this == JSON), vector, where);
      ColumnVector plain = new PlainColumn(type, vector);
      boolean real = this == FLOAT64;
      if (real || this == INT64)
        return real && type instanceof DoubleType || !real && type instanceof LongType ? plain : new NumberColumn(type, plain, real, where);
      ColumnVector text = this == BRACKETS ? new TextColumn(plain) : plain;
      return type instanceof VariantType ? new VariantColumn(text, where) : text;
    }
  }

  /** Arrays; without a value where all their elements are null. */
  record Elements(Value value) implements Value {
    @Override
    public ColumnVector over(FieldVector vector, DataType type, String where) {
      expect(vector instanceof ListVector, vector, where);
      DataType element = ((ArrayType) type).elementType();
      return new ListColumn(type, (ListVector) vector, value == null ? new NullColumn(element)
          : value.over(((ListVector) vector).getDataVector(), element, where + "[*]"));
    }
  }

  /** A struct's field: its name in Spark, its key in the stream. */
  record Member(String name, String key, Value value) implements Serializable {}

  /** Structs inside arrays; what Spark wants of them beyond the members is null. */
  record Members(ArrayList<Member> members) implements Value {
    @Override
    public ColumnVector over(FieldVector vector, DataType type, String where) {
      expect(vector instanceof StructVector, vector, where);
      Map<String, Member> byName = new HashMap<>();
      for (Member member : members) byName.put(member.name(), member);
      StructField[] fields = ((StructType) type).fields();
      ColumnVector[] children = new ColumnVector[fields.length];
      for (int i = 0; i < fields.length; i++) {
        Member member = byName.get(fields[i].name());
        FieldVector child = member == null ? null : ((StructVector) vector).getChild(member.key());
        expect(member == null || child != null, vector, where);
        children[i] = child == null ? new NullColumn(fields[i].dataType())
            : member.value().over(child, fields[i].dataType(), where + "." + fields[i].name());
      }
      return new StructColumn(type, vector::isNull, children);
    }
  }
}
