package toco.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;
import toco.files.TextFile;

/// The rows of a table as text (RFC 4180, and what spreadsheets make of it): in any character set
/// of [TextFile], separated as [CsvSeparator] finds. Fields in double quotes may hold separators,
/// line ends and doubled quotes; lines end as on Unix, Windows or old Macs. Blank rows, Excel's
/// `sep=` line and spaces around a field are skipped.
final class CsvRows implements AutoCloseable {
  private static final int MAX_ROW_CHARS = 1 << 16;
  private static final int END = -1;
  private static final Pattern SEP_LINE =
      Pattern.compile("\"?sep=(.)\"?", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Path file;
  private final Charset charset;
  private final Reader in;
  private final char separator;
  private final StringBuilder field = new StringBuilder();
  private List<String> fields = new ArrayList<>();
  private int next; // the next character, or END
  private int line = 1;
  private int rowLine = 1;
  private int rowChars;
  private boolean quoted;

  /// @param line first line of the row, from 1
  /// @param fields at least one; not all are empty
  /// @param isQuoted whether any field was quoted
  /// @param isComment whether it begins with `#`
  record Row(int line, List<String> fields, boolean isQuoted, boolean isComment) {}

  private CsvRows(Path file, Charset charset, BufferedReader in) throws IOException {
    this.file = file;
    this.charset = charset;
    this.in = in;
    in.mark(MAX_ROW_CHARS);
    var head = new char[MAX_ROW_CHARS / 2];
    int length = Math.max(0, in.read(head));
    in.reset();
    var text = new String(head, 0, length);
    var firstLine = SEP_LINE.matcher(text.lines().findFirst().orElse(""));
    if (firstLine.matches()) {
      separator = firstLine.group(1).charAt(0);
      in.readLine();
      line = 2;
      rowLine = 2;
    } else {
      separator = CsvSeparator.of(text);
    }
    next = read();
  }

  /// @throws DataException naming the file if it cannot be read or is no text
  static CsvRows open(Path file) {
    try {
      var charset = TextFile.charset(file);
      var in = TextFile.open(file, charset);
      try {
        return new CsvRows(file, charset, in);
      } catch (IOException | RuntimeException e) {
        in.close();
        throw e;
      }
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  /// The next row that is not blank, or null after the last.
  ///
  /// @throws DataException naming the file, and the line if the text is not CSV
  @Nullable Row next() {
    try {
      while (next != END) {
        var row = row();
        if (!row.fields.stream().allMatch(String::isEmpty)) {
          return row;
        }
      }
      return null;
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  /// The character set of the text.
  Charset charset() {
    return charset;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  private Row row() throws IOException {
    rowLine = line;
    rowChars = 0;
    quoted = false;
    fields = new ArrayList<>();
    boolean isComment = next == '#';
    field(isComment);
    while (next == separator) {
      advance();
      field(isComment);
    }
    skipLineEnd();
    return new Row(rowLine, List.copyOf(fields), quoted, isComment);
  }

  /// Reads a field up to the separator, the line end or END.
  private void field(boolean isComment) throws IOException {
    skipSpaces();
    if (next == '"' && !isComment) {
      quoted();
    } else {
      while (!atFieldEnd()) {
        field.append((char) next);
        advance();
      }
    }
    fields.add(field.toString().strip());
    field.setLength(0);
  }

  private void quoted() throws IOException {
    quoted = true;
    advance();
    while (next != '"' || advance() == '"') { // two quotes are an escaped quote
      if (next == END) {
        throw error("the quote that opens here is never closed");
      }
      char c = (char) next;
      field.append(c);
      advance();
      if (c == '\n' || (c == '\r' && next != '\n')) {
        line++;
      }
    }
    skipSpaces();
    if (!atFieldEnd()) {
      throw error("text after a quoted field; double the quotes inside a field");
    }
  }

  private void skipSpaces() throws IOException {
    while ((next == ' ' || next == '\t') && next != separator) {
      advance();
    }
  }

  private boolean atFieldEnd() {
    return next == separator || next == '\r' || next == '\n' || next == END;
  }

  private void skipLineEnd() throws IOException {
    boolean carriageReturn = next == '\r';
    if (next != END) {
      line++;
      rowChars = 0;
      advance();
    }
    if (carriageReturn && next == '\n') {
      advance();
    }
  }

  /// Moves to the next character and returns it.
  private int advance() throws IOException {
    next = read();
    return next;
  }

  private int read() throws IOException {
    if (++rowChars > MAX_ROW_CHARS) {
      throw error("a line has more than " + MAX_ROW_CHARS + " characters; is this a CSV file?");
    }
    int c = in.read();
    if (c == 0) {
      throw error("a zero byte; this is not text: export the table as CSV");
    }
    return c;
  }

  private DataException error(String problem) {
    return new DataException("%s:%s: %s".formatted(file, rowLine, problem));
  }

  private static DataException refused(Path file, IOException e) {
    var reason =
        e instanceof CharacterCodingException
            ? "it is not text in UTF-8, UTF-16 or Windows-1252; save it as CSV in UTF-8"
            : IoReason.of(e);
    return new DataException("cannot read %s: %s".formatted(file, reason), e);
  }
}
