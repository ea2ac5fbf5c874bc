package arbors.spark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.connector.expressions.Expression;
import org.apache.spark.sql.connector.expressions.Literal;
import org.apache.spark.sql.connector.expressions.NamedReference;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Spark's filters as conditions of the engine, for the files of one layout: true for every row that Spark lets through, which
 * checks them again. Taken are comparisons that both decide alike: of texts, booleans and 64-bit integers that are stored as
 * such with constants, and tests for NULL, joined by AND and OR.
 */
final class Conditions {
  private final List<Column> layout;
  private final StructType schema;

  Conditions(List<Column> layout, StructType schema) {
    this.layout = layout;
    this.schema = schema;
  }

  /** The stages of a plan that some filters make; empty where none can be taken. */
  String stages(Predicate[] filters) {
    StringBuilder stages = new StringBuilder();
    for (Predicate filter : filters) {
      String condition = of(filter);
      if (condition != null) stages.append(" | filter (").append(condition).append("\n)");
    }
    return stages.toString();
  }

  /** A filter as a condition; null where that is not sure. */
  String of(Predicate filter) {
    Expression[] args = filter.children();
    return switch (filter.name()) {
      case "AND" -> both(of((Predicate) args[0]), of((Predicate) args[1]));
      case "OR" -> either(of((Predicate) args[0]), of((Predicate) args[1]));
      case "NOT" -> args[0] instanceof Predicate inner && inner.name().equals("=") ? compared("<>", inner.children()) : null;
      case "=", "<>", "<", "<=", ">", ">=" -> compared(filter.name(), args);
      case "<=>" -> compared("IS", args);
      case "IN" -> in(args);
      case "IS_NULL" -> isNull(args[0], true);
      case "IS_NOT_NULL" -> isNull(args[0], false);
      default -> null;
    };
  }

  private static String both(String left, String right) {
    return left == null ? right : right == null ? left : "(" + left + " AND " + right + ")";
  }

  private static String either(String left, String right) {
    return left == null || right == null ? null : "(" + left + " OR " + right + ")";
  }

  private String compared(String operator, Expression[] args) {
    Found found = find(args[0]);
    String constant = found == null || args.length != 2 ? null : constant(args[1], found);
    return constant == null ? null : found.column().item() + " " + operator + " " + constant;
  }

  /** A NULL in the list makes no row pass. */
  private String in(Expression[] args) {
    Found found = find(args[0]);
    if (found == null) return null;
    List<String> constants = new ArrayList<>();
    for (Expression arg : Arrays.asList(args).subList(1, args.length)) {
      if (arg instanceof Literal<?> literal && literal.value() == null) continue;
      String constant = constant(arg, found);
      if (constant == null) return null;
      constants.add(constant);
    }
    return constants.isEmpty() ? null : found.column().item() + " IN (" + String.join(", ", constants) + ")";
  }

  private String isNull(Expression arg, boolean wanted) {
    Found found = find(arg);
    if (found == null || found.column().value() == Value.Scalar.BRACKETS) return null;
    if (found.column().item() != null) return found.column().item() + (wanted ? " IS NULL" : " IS NOT NULL");
    return found.column().there() == null ? null : (wanted ? "NOT (" : "(") + found.column().there() + ")";
  }

  /** A constant of the column's own type, of which the stored values are. A collation of Spark's is not the engine's. */
  private static String constant(Expression expression, Found found) {
    if (!(expression instanceof Literal<?> literal) || !literal.dataType().equals(found.type())) return null;
    Value stored = found.column().value();
    Object value = literal.value();
    if (stored == Value.Scalar.INT64 && found.type().equals(DataTypes.LongType) && value instanceof Long number)
      return number == Long.MIN_VALUE ? null : number.toString();
    if (stored == Value.Scalar.BOOL && value instanceof Boolean truth) return truth ? "TRUE" : "FALSE";
    if (stored != Value.Scalar.UTF8 || !found.type().equals(DataTypes.StringType) || !(value instanceof UTF8String utf8)) return null;
    String text = utf8.toString();
    return text.indexOf('\0') >= 0 || !UTF8String.fromString(text).equals(utf8) ? null : "'" + text.replace("'", "''") + "'";
  }

  private record Found(Column column, DataType type) {}

  private Found find(Expression expression) {
    if (!(expression instanceof NamedReference reference)) return null;
    List<Column> columns = layout;
    DataType type = schema;
    Column column = null;
    for (String name : reference.fieldNames()) {
      if (columns == null || !(type instanceof StructType struct) || !struct.getFieldIndex(name).isDefined()) return null;
      column = columns.stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
      type = struct.apply(name).dataType();
      columns = column.fields();
    }
    return new Found(column, type);
  }
}
