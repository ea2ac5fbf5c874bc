package arbors.spark;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.connector.expressions.filter.Predicate;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.connector.read.SupportsPushDownV2Filters;
import org.apache.spark.sql.types.StructType;

/** One query's wishes: which columns, and which fields of structs, it needs, and of which rows. */
final class TreesScanBuilder implements SupportsPushDownRequiredColumns, SupportsPushDownV2Filters {
  private final Plan plan;
  private StructType needed;
  private Predicate[] filters = {};

  TreesScanBuilder(Plan plan) {
    this.plan = plan;
    this.needed = plan.schema();
  }

  @Override
  public void pruneColumns(StructType requiredSchema) {
    needed = requiredSchema;
  }

  /** Takes what the engine decides as Spark does, and hands all back, so that Spark decides again. */
  @Override
  public Predicate[] pushPredicates(Predicate[] predicates) {
    filters = predicates;
    return predicates;
  }

  @Override
  public Predicate[] pushedPredicates() {
    List<Conditions> layouts = plan.layouts().stream().map(layout -> new Conditions(layout, plan.schema())).toList();
    return Arrays.stream(filters).filter(filter -> layouts.stream().anyMatch(each -> each.of(filter) != null)).toArray(Predicate[]::new);
  }

  @Override
  public Scan build() {
    return new TreesScan(plan, needed, plan.layouts().stream().map(layout -> new Conditions(layout, plan.schema()).stages(filters)).toList());
  }
}
