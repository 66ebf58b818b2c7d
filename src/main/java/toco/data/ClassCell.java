package toco.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// The class names in one cell of a table: a class, or several separated by `;`, `|`, commas, line
/// ends or, if all the words are classes, spaces; also as a list of JSON or Python, `["cat"]`.
final class ClassCell {
  private static final Pattern SEPARATORS = Pattern.compile("[;|,\t\r\n]");
  private static final Pattern JSON =
      Pattern.compile("\\[?\\s*\\{\\s*\"[A-Za-z_]+\"\\s*:"); // of Label Studio
  private static final Pattern AROUND = Pattern.compile("^[\\s\\[({]+|[\\s\\])}]+$");
  private static final Pattern QUOTES = Pattern.compile("^[\\s\"'`]+|[\\s\"'`]+$");

  private ClassCell() {}

  /// The names in a cell, known or not; none in an empty cell.
  ///
  /// @throws DataException if names are separated by spaces, but one is left out, so that where it
  ///   begins and ends is not clear
  static List<String> names(String cell, ClassIndex classes, String where) {
    if (classes.contains(cell)) {
      return List.of(cell);
    }
    if (JSON.matcher(cell).lookingAt()) {
      return LabelStudioValues.ofCell(cell, where);
    }
    var names = new ArrayList<String>();
    for (var part : SEPARATORS.split(AROUND.matcher(cell).replaceAll(""), -1)) {
      var name = QUOTES.matcher(AROUND.matcher(part).replaceAll("")).replaceAll("");
      if (classes.contains(name)) {
        names.add(name);
      } else if (!name.isEmpty()) {
        names.addAll(words(name, classes, where));
      }
    }
    return names;
  }

  /// Whether every name in a cell is a class.
  static boolean areKnown(String cell, ClassIndex classes) {
    try {
      return names(cell, classes, "").stream().allMatch(classes::contains);
    } catch (DataException e) {
      return false;
    }
  }

  /// Splits text that is not a class at its spaces, if it then consists of classes.
  private static List<String> words(String text, ClassIndex classes, String where) {
    var words = text.split("\\s+", -1);
    var names = new ArrayList<String>();
    for (int from = 0; from < words.length; ) {
      int to = words.length;
      while (to > from && !classes.contains(joined(words, from, to))) {
        to--;
      }
      if (to == from) { // an unknown word
        if (classes.ignoresOthers() && Arrays.stream(words).anyMatch(classes::contains)) {
          throw new DataException(
              ("%s: '%s' may be one class, or several of which some are known; separate classes"
                      + " with ';', or join the words of one class with '_'")
                  .formatted(where, DataException.shortened(text)));
        }
        return List.of(text);
      }
      names.add(joined(words, from, to));
      from = to;
    }
    return names;
  }

  private static String joined(String[] words, int from, int to) {
    return String.join(" ", Arrays.asList(words).subList(from, to));
  }
}
