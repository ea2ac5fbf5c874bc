package arbors.spark;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.vectorized.ColumnVector;

/**
 * How a column, or a field of a struct, is read from the files of one layout: by `item`, an expression of the plan that
 * gives `value`; a struct field by field, `there` telling where it is; or, without these, it is in no tree.
 */
record Column(String name, String item, Value value, String there, ArrayList<Column> fields) implements Serializable {
  static ArrayList<Column> several(JsonNode columns) {
    ArrayList<Column> found = new ArrayList<>();
    for (JsonNode each : columns)
      found.add(new Column(each.get("name").asText(), text(each, "item"), each.has("value") ? Value.of(each.get("value")) : null,
          text(each, "there"), each.has("fields") ? several(each.get("fields")) : null));
    return found;
  }

  private static String text(JsonNode node, String key) {
    return node.has(key) ? node.get(key).asText() : null;
  }

  /** The columns that a query needs, in its order; of structs the fields that it needs. */
  static ArrayList<Column> chosen(List<Column> columns, StructType needed) {
    ArrayList<Column> found = new ArrayList<>();
    for (StructField field : needed.fields()) {
      Column column = columns.stream().filter(each -> each.name.equals(field.name())).findFirst().orElseThrow();
      found.add(column.fields != null && field.dataType() instanceof StructType inside
          ? new Column(column.name, null, null, column.there, chosen(column.fields, inside)) : column);
    }
    return found;
  }

  /** Adds the expressions that this reads, in the order in which `build` takes their vectors. */
  void addItems(List<String> items) {
    if (item != null) items.add(item);
    if (fields == null) return;
    items.add(there);
    for (Column field : fields) field.addItems(items);
  }

  /** The column of Spark's type over the vectors of its items, as long as they hold the same batch. */
  ColumnVector build(DataType type, Iterator<FieldVector> vectors, String where) {
    if (item != null) return value.over(vectors.next(), type, where + name);
    if (fields == null) return new NullColumn(type);
    ColumnVector there = Value.IS_THERE.over(vectors.next(), DataTypes.BooleanType, where + name);
    StructField[] types = ((StructType) type).fields();
    ColumnVector[] children = new ColumnVector[types.length];
    for (int i = 0; i < types.length; i++) children[i] = fields.get(i).build(types[i].dataType(), vectors, where + name + ".");
    return new StructColumn(type, row -> !there.getBoolean(row), children);
  }
}
