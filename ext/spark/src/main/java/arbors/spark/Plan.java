package arbors.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * What the driver's Python has planned (ext/python/arbors/spark/jvm.py writes it): the extension's path, the Arbor's name,
 * the schema, the layouts (how the schema's columns are read, which files share) and the partitions.
 */
record Plan(String extension, String name, StructType schema, List<List<Column>> layouts, List<Pieces> partitions) {
  static Plan of(CaseInsensitiveStringMap options) {
    String text = options.get("plan");
    if (text == null) throw new ReadException("this source is for arbors.spark.read(spark, path, name=…) of the Python package");
    try {
      return of(new ObjectMapper().readTree(text));
    } catch (JsonProcessingException error) {
      throw new ReadException("the option plan is no JSON: " + error.getOriginalMessage(), error);
    }
  }

  private static Plan of(JsonNode plan) {
    boolean filtered = plan.get("filtered").asBoolean();
    List<List<Column>> layouts = new ArrayList<>();
    for (JsonNode layout : plan.get("layouts")) layouts.add(Column.several(layout));
    List<Pieces> partitions = new ArrayList<>();
    for (JsonNode partition : plan.get("partitions")) {
      ArrayList<Piece> pieces = new ArrayList<>();
      for (JsonNode piece : partition)
        pieces.add(new Piece(piece.get("file").asText(), piece.get("source").asText(), piece.get("state").asText(),
            piece.get("trees").asLong(), piece.get("count").asLong(), filtered, piece.get("layout").asInt()));
      partitions.add(new Pieces(pieces));
    }
    return new Plan(plan.get("extension").asText(), plan.get("name").asText(),
        (StructType) DataType.fromJson(plan.get("schema").toString()), layouts, partitions);
  }

  /** Whether trees may be left out. */
  boolean conditions() {
    return partitions.stream().anyMatch(partition -> partition.pieces().stream().anyMatch(Piece::filtered));
  }
}
