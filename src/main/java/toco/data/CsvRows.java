package toco.data;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Reads comma-separated rows (RFC 4180): fields in double quotes may hold commas, line ends and
/// doubled quotes; lines end as on Unix or Windows; a byte order mark, empty lines and spaces
/// around a field are skipped.
final class CsvRows {
  private static final int MAX_ROW_CHARS = 1 << 16;
  private static final int END = -1;

  private final Path file;
  private final Reader in;
  private final StringBuilder field = new StringBuilder();
  private List<String> fields = new ArrayList<>();
  private int line = 1;
  private int rowLine = 1;
  private int rowChars;
  private boolean quoted;

  /// @param line first line of the row, from 1
  /// @param fields at least one
  /// @param quoted whether any field was quoted
  record Row(int line, List<String> fields, boolean quoted) {}

  private CsvRows(Path file, Reader in) {
    this.file = file;
    this.in = in;
  }

  /// Passes every row to `rows`, in order.
  ///
  /// @throws DataException naming the file, and the line if the text is not CSV
  static void forEach(Path file, Consumer<Row> rows) {
    try (var in = Files.newBufferedReader(file)) {
      new CsvRows(file, in).parse(rows);
    } catch (CharacterCodingException e) {
      throw new DataException(
          file + " is not UTF-8 text; save it as CSV with the character set UTF-8", e);
    } catch (IOException e) {
      throw new DataException("cannot read " + file + ": " + e, e);
    }
  }

  private void parse(Consumer<Row> rows) throws IOException {
    int c = read();
    if (c == '\uFEFF') {
      c = read();
    }
    while (c != END) {
      c = field(c);
      if (c == ',') {
        c = read(); // an empty end after the last comma is not a field
      }
      if (c == '\r' || c == '\n' || c == END) {
        endRow(rows);
        c = next(c);
      }
    }
  }

  /// Reads a field that begins with `c`.
  ///
  /// @return the character after it: a comma, a line end or END
  private int field(int c) throws IOException {
    while (c == ' ' || c == '\t') {
      c = read();
    }
    if (c == '"') {
      c = quoted();
    } else {
      while (c != ',' && c != '\r' && c != '\n' && c != END) {
        field.append((char) c);
        c = read();
      }
    }
    fields.add(field.toString().strip());
    field.setLength(0);
    return c;
  }

  private int quoted() throws IOException {
    quoted = true;
    int c = read();
    while (c != '"' || (c = read()) == '"') { // two quotes are an escaped quote
      if (c == END) {
        throw error("the quote that opens here is never closed");
      }
      if (c == '\n') {
        line++;
      }
      field.append((char) c);
      c = read();
    }
    while (c == ' ' || c == '\t') {
      c = read();
    }
    if (c != ',' && c != '\r' && c != '\n' && c != END) {
      throw error("text after a quoted field; double the quotes inside a field");
    }
    return c;
  }

  private void endRow(Consumer<Row> rows) {
    boolean blank = fields.stream().allMatch(String::isEmpty);
    if (!blank) {
      rows.accept(new Row(rowLine, List.copyOf(fields), quoted));
    }
    fields = new ArrayList<>();
    quoted = false;
  }

  /// Skips a line end.
  private int next(int c) throws IOException {
    if (c == '\r') {
      c = read();
      if (c != '\n') { // the line end of old Macs
        return begin(c);
      }
    }
    return c == END ? END : begin(read());
  }

  private int begin(int c) {
    line++;
    rowLine = line;
    rowChars = 0;
    return c;
  }

  private int read() throws IOException {
    if (++rowChars > MAX_ROW_CHARS) {
      throw error("a line has more than " + MAX_ROW_CHARS + " characters; is this a CSV file?");
    }
    return in.read();
  }

  private DataException error(String problem) {
    return new DataException("%s:%s: %s".formatted(file, rowLine, problem));
  }
}
