package arbors.spark;

import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.types.StructType;

/** One query's wishes: which columns, and which fields of structs, it needs. */
final class TreesScanBuilder implements SupportsPushDownRequiredColumns {
  private final Plan plan;
  private StructType needed;

  TreesScanBuilder(Plan plan) {
    this.plan = plan;
    this.needed = plan.schema();
  }

  @Override
  public void pruneColumns(StructType requiredSchema) {
    needed = requiredSchema;
  }

  @Override
  public Scan build() {
    return new TreesScan(plan, needed);
  }
}
