package arbors.spark;

/** A read that cannot go on. Its message begins with the file's name, where it is about one. */
final class ReadException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ReadException(String message) {
    super(message);
  }

  ReadException(String message, Throwable cause) {
    super(message, cause);
  }
}
