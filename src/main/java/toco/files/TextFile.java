package toco.files;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/// Text files as editors, spreadsheets and other tools write them: UTF-8 or UTF-16, with or without
/// a byte order mark, and Windows' western code page for what is not valid UTF-8.
public final class TextFile {
  /// Of files that are not valid UTF-8, such as CSV from Excel.
  public static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

  private static final int HEAD_BYTES = 4096;

  private TextFile() {}

  /// The character set of a file. Files without a byte order mark are read whole.
  public static Charset charset(Path file) throws IOException {
    byte[] head;
    try (var in = Files.newInputStream(file)) {
      head = in.readNBytes(HEAD_BYTES);
    }
    if (startsWith(head, 0xFF, 0xFE) || zeros(head, 1) > head.length / 4) {
      return StandardCharsets.UTF_16LE;
    }
    if (startsWith(head, 0xFE, 0xFF) || zeros(head, 0) > head.length / 4) {
      return StandardCharsets.UTF_16BE;
    }
    boolean isUtf8 = startsWith(head, 0xEF, 0xBB, 0xBF) || isValid(file);
    return isUtf8 ? StandardCharsets.UTF_8 : WINDOWS_1252;
  }

  /// Opens a file after its byte order mark.
  ///
  /// @param charset as [#charset] returns it
  /// @return a reader that throws [CharacterCodingException] for bytes that are no text
  public static BufferedReader open(Path file, Charset charset) throws IOException {
    // unlike a charset, a decoder of its own reports malformed input
    var decoder = charset.newDecoder();
    var reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder));
    try {
      reader.mark(1);
      if (reader.read() != '\uFEFF') {
        reader.reset();
      }
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  /// The lines of a file, without a byte order mark.
  ///
  /// @throws CharacterCodingException if its bytes are no text
  public static List<String> lines(Path file) throws IOException {
    try (var in = open(file, charset(file))) {
      return in.lines().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean startsWith(byte[] head, int... mark) {
    return head.length >= mark.length
        && IntStream.range(0, mark.length).allMatch(i -> (head[i] & 0xFF) == mark[i]);
  }

  /// Number of zero bytes at even (0) or odd (1) positions.
  private static int zeros(byte[] head, int parity) {
    int zeros = 0;
    for (int i = parity; i < head.length; i += 2) {
      zeros += head[i] == 0 ? 1 : 0;
    }
    return zeros;
  }

  private static boolean isValid(Path file) throws IOException {
    try (Reader in = Files.newBufferedReader(file)) {
      var ignored = new char[8192];
      while (in.read(ignored) >= 0) {
        // decoding reports malformed input
      }
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
