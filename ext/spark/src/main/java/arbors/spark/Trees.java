package arbors.spark;

import java.util.Set;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The trees of a plan's files as a table that can be read. */
record Trees(Plan plan) implements SupportsRead {
  @Override
  public String name() {
    return "arbors " + plan.name();
  }

  @Override
  @SuppressWarnings("deprecation") // Spark asks for it still
  public StructType schema() {
    return plan.schema();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return new TreesScanBuilder(plan);
  }
}
