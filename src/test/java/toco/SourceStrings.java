package toco;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The string literals of the Java and C++ sources, the parts of a concatenation joined, each cut
/// where a value is put in.
final class SourceStrings {
  private static final Pattern JOINED = Pattern.compile("\"\\s*(?:\\+\\s*)?\"");
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\n]|\\\\.)*)\"");

  /// Where a message has something that differs from case to case: a number, a name, an ellipsis.
  private static final Pattern VARIABLE = Pattern.compile("\\S*[\\p{Lu}\\d…%./_]\\S*");

  private final List<String> texts;

  private SourceStrings(List<String> texts) {
    this.texts = texts;
  }

  /// @param home the project's folder
  static SourceStrings read(Path home) {
    var texts = new ArrayList<String>();
    for (var folder : List.of("src/main/java", "native/src")) {
      try (var files = Files.walk(home.resolve(folder))) {
        for (var file : files.filter(Files::isRegularFile).toList()) {
          var joined = JOINED.matcher(Files.readString(file)).replaceAll("");
          LITERAL.matcher(joined).results().forEach(it -> texts.add(it.group(1)));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new SourceStrings(texts);
  }

  /// Whether every run of plain words of a message, of three words or more, is in some literal. The
  /// first word of a run may be one that the program chooses, such as "is" or "are".
  boolean contain(String message) {
    return runs(message).stream()
        .map(run -> run.substring(run.indexOf(' ') + 1))
        .allMatch(run -> texts.stream().anyMatch(it -> it.contains(run)));
  }

  private static List<String> runs(String message) {
    var words = List.of(message.replaceAll("[():;]", " \n ").split(" "));
    var text =
        words.stream()
            .map(word -> VARIABLE.matcher(word).matches() ? "\n" : word)
            .collect(Collectors.joining(" "));
    return text.lines().map(String::strip).filter(run -> run.split(" ").length >= 3).toList();
  }
}
