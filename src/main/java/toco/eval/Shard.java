package toco.eval;

import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// One of several equal parts of an evaluation, for one process or machine: every `of`-th batch.
/// Batches have the same images in any division.
///
/// @param index 1…of
/// @param of number of shards
public record Shard(int index, int of) {
  /// The whole evaluation.
  public static final Shard WHOLE = new Shard(1, 1);

  private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})/([0-9]{1,6})");

  public Shard {
    if (index < 1 || index > of) {
      throw new IllegalArgumentException(
          "a shard must be 1/N to N/N, got %s/%s".formatted(index, of));
    }
  }

  /// Reads `2/4`.
  public static Shard parse(String text) {
    var parts = TEXT.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "a shard must be written I/N, such as 1/4, got '%s'".formatted(text));
    }
    return new Shard(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
  }

  /// Numbers of its batches.
  ///
  /// @param all number of batches of the evaluation
  int[] batches(int all) {
    return IntStream.range(0, all).filter(batch -> batch % of == index - 1).toArray();
  }

  /// Name of its result file.
  String fileName() {
    return "part-%s-of-%s.jsonl".formatted(index, of);
  }

  @Override
  public String toString() {
    return index + "/" + of;
  }
}
