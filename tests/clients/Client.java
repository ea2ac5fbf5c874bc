// org.xerial:sqlite-jdbc: runs the workload, given as lines of `sql TAB bound value`, and prints each statement's rows
// as a line of JSON.
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Properties;

public class Client {
  static String json(Object value) {
    if (value == null || value instanceof Number) return String.valueOf(value);
    return '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  public static void main(String[] words) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("enable_load_extension", "true");
    try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:", properties)) {
      try (PreparedStatement load = db.prepareStatement("SELECT load_extension(?)")) {
        load.setString(1, words[0]);
        load.executeQuery();
      }
      for (String line : Files.readAllLines(Path.of(words[1]))) {
        String[] parts = line.split("\t");
        StringBuilder out = new StringBuilder("[");
        try (PreparedStatement statement = db.prepareStatement(parts[0])) {
          if (parts.length > 1) statement.setString(1, parts[1]);
          if (statement.execute()) {
            ResultSet rows = statement.getResultSet();
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
              out.append(out.length() > 1 ? ",[" : "[");
              for (int at = 1; at <= columns; at++) out.append(at > 1 ? "," : "").append(json(rows.getObject(at)));
              out.append("]");
            }
          }
        }
        System.out.println(out.append("]"));
      }
    }
  }
}
