package arbors.spark;

import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The data source that `arbors.spark.read` of the Python package asks for. It decides nothing itself: its one option,
 * `plan`, is what the package has planned (see {@link Plan}).
 */
public final class Source implements TableProvider {
  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    return Plan.of(options).schema();
  }

  @Override
  public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
    return new Trees(Plan.of(new CaseInsensitiveStringMap(properties)));
  }
}
