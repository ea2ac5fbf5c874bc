package arbors.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.Statistics;
import org.apache.spark.sql.connector.read.SupportsReportStatistics;
import org.apache.spark.sql.types.StructType;

/** A read of some columns. Scans of the same plan and columns are equal, so that Spark reads once what a query asks twice. */
record TreesScan(Plan plan, StructType needed) implements Scan, Batch, SupportsReportStatistics {
  @Override
  public StructType readSchema() {
    return needed;
  }

  @Override
  public String description() {
    return "arbors " + plan.name() + " " + needed.catalogString();
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return plan.partitions().toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    List<List<Column>> layouts = new ArrayList<>();
    for (List<Column> layout : plan.layouts()) layouts.add(Column.chosen(layout, needed));
    return new TreesReaderFactory(plan.extension(), needed, layouts);
  }

  /** At most this: a condition may leave fewer. */
  @Override
  public Statistics estimateStatistics() {
    long rows = plan.partitions().stream().flatMap(partition -> partition.pieces().stream()).mapToLong(Piece::count).sum();
    long bytes = Math.max(1, rows * Math.max(1, needed.defaultSize()));
    return new Statistics() {
      @Override
      public OptionalLong sizeInBytes() {
        return OptionalLong.of(bytes);
      }

      @Override
      public OptionalLong numRows() {
        return plan.conditions() ? OptionalLong.empty() : OptionalLong.of(rows);
      }
    };
  }
}
