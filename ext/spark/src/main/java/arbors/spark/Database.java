package arbors.spark;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.TaskContext;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;

/** A connection to a file, for reading only, with the extension loaded. Every error names the file. */
final class Database implements AutoCloseable {
  private static final Pattern SAID = Pattern.compile("\\[SQLITE_\\w+\\][^(]*\\((.*)\\)", Pattern.DOTALL);
  private static final int BUSY_MILLISECONDS = 10_000;
  private static final int TICK = 20_000; // of SQLite's steps, between looks whether the task was killed
  private static final String OTHER = System.getenv("ARBORS_EXTENSION"); // of this executor

  private final String file;
  private Connection connection;

  Database(String file, String extension) {
    this.file = file;
    try {
      connection = connect();
      load(OTHER == null || OTHER.isEmpty() ? extension : OTHER.replaceAll("\\.so$", ""));
    } catch (SQLException error) {
      close();
      throw named(error);
    } catch (RuntimeException error) {
      close();
      throw error;
    } catch (LinkageError error) {
      throw new ReadException(file + ": org.xerial:sqlite-jdbc is missing, or cannot work here; it belongs into spark.jars: " + error, error);
    }
  }

  private Connection connect() throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.enableLoadExtension(true);
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLISECONDS);
    String path = URLEncoder.encode(file, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
    return config.createConnection("jdbc:sqlite:file:" + path + "?mode=ro");
  }

  private void load(String extension) throws SQLException {
    try {
      value("SELECT load_extension(?)", extension);
    } catch (SQLException error) {
      throw new ReadException(file + ": the extension " + extension + " cannot be loaded: " + said(error), error);
    }
    ((SQLiteConnection) connection).getDatabase().enable_load_extension(false);
    value("SELECT arbor_config(?, 0)", "dqs");
    TaskContext task = TaskContext.get();
    if (task == null) return;
    ProgressHandler.setHandler(connection, TICK, new ProgressHandler() {
      @Override
      protected int progress() {
        return task.isInterrupted() ? 1 : 0;
      }
    });
  }

  private Object value(String sql, String parameter) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, parameter);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getObject(1) : null;
      }
    }
  }

  /** How many trees a plan gives. */
  long count(String plan) {
    try {
      return ((Number) value("SELECT arbor_count(?)", plan)).longValue();
    } catch (SQLException error) {
      throw named(error);
    }
  }

  /** A plan's Arrow stream; read once. The statement ends with the connection. */
  ReadableByteChannel stream(String plan) {
    try {
      @SuppressWarnings("resource")
      PreparedStatement statement = connection.prepareStatement("SELECT message FROM arbor_arrow(?) WHERE options = '{\"arrow_json\":true}'");
      statement.setString(1, plan);
      return new Messages(statement.executeQuery());
    } catch (SQLException error) {
      throw named(error);
    }
  }

  /** The messages of a stream, one behind the other. */
  private final class Messages implements ReadableByteChannel {
    private final ResultSet rows;
    private ByteBuffer message = ByteBuffer.allocate(0);

    Messages(ResultSet rows) {
      this.rows = rows;
    }

    @Override
    public int read(ByteBuffer to) {
      while (!message.hasRemaining()) {
        try {
          if (!rows.next()) return -1;
          message = ByteBuffer.wrap(rows.getBytes(1));
        } catch (SQLException error) {
          throw named(error);
        }
      }
      int size = Math.min(to.remaining(), message.remaining());
      to.put(message.slice().limit(size));
      message.position(message.position() + size);
      return size;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() throws IOException {
      try {
        rows.close();
      } catch (SQLException error) {
        throw new IOException(said(error), error);
      }
    }
  }

  private ReadException named(SQLException error) {
    String said = said(error);
    return new ReadException(said.contains(file) ? said : file + ": " + said, error);
  }

  /** The sentence inside what the driver makes of it. */
  private static String said(SQLException error) {
    Matcher found = SAID.matcher(String.valueOf(error.getMessage()));
    return found.matches() ? found.group(1) : String.valueOf(error.getMessage());
  }

  @Override
  public void close() {
    try {
      if (connection != null) connection.close();
    } catch (SQLException error) {
      throw named(error);
    }
  }
}
