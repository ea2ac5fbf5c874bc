package arbors.spark;

import java.util.ArrayList;
import org.apache.spark.sql.connector.read.InputPartition;

/** What one task reads. */
record Pieces(ArrayList<Piece> pieces) implements InputPartition {}
