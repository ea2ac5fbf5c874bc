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

/**
 * A read of some columns, of rows that pass the stages of each layout. Scans of the same plan, columns and stages are equal, so
 * that Spark reads once what a query asks twice.
 */
record TreesScan(Plan plan, StructType needed, List<String> stages) implements Scan, Batch, SupportsReportStatistics {
  @Override
  public StructType readSchema() {
    return needed;
  }

  @Override
  public String description() {
    String taken = stages.stream().distinct().reduce("", String::concat).replace("\n", "");
    return "arbors " + plan.name() + taken + " " + needed.catalogString();
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return plan.partitions().stream().map(this::filtered).toArray(InputPartition[]::new);
  }

  private Pieces filtered(Pieces pieces) {
    ArrayList<Piece> filtered = new ArrayList<>();
    for (Piece piece : pieces.pieces()) filtered.add(piece.and(stages.get(piece.layout())));
    return new Pieces(filtered);
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
        return plan.conditions() || stages.stream().anyMatch(each -> !each.isEmpty()) ? OptionalLong.empty() : OptionalLong.of(rows);
      }
    };
  }
}
