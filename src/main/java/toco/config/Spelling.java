package toco.config;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// How similar two words are in spelling, for "did you mean".
public final class Spelling {
  private static final int MAX_LENGTH = 64; // of a name; longer words have no suggestion

  private Spelling() {}

  /// The known name that a misspelt one most likely means, if one is similar enough.
  public static Optional<String> closest(String word, Collection<String> known) {
    if (word.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    var wanted = word.toLowerCase(Locale.ROOT);
    int most = Math.max(2, word.length() / 3);
    return known.stream()
        .filter(name -> Math.abs(name.length() - word.length()) <= most)
        .filter(name -> edits(wanted, name.toLowerCase(Locale.ROOT)) <= most)
        .min(Comparator.comparingInt(name -> edits(wanted, name.toLowerCase(Locale.ROOT))));
  }

  /// Levenshtein distance.
  static int edits(String a, String b) {
    var row = new int[b.length() + 1];
    Arrays.setAll(row, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
