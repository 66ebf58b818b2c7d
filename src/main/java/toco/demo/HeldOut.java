package toco.demo;

import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import toco.config.DataConfig;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;

/// The photographs on which a run is judged: a fifth of the labelled ones, at most 200, evenly
/// spaced in the order of their names. Where there are masks, only images with a mask are taken.
/// With a training list, they are among the images that it does not name.
final class HeldOut {
  private static final double SHARE = 0.2;
  private static final int MOST = 200;

  private HeldOut() {}

  /// Chooses them.
  ///
  /// @param labelled without lists: all labelled images
  /// @param given with the user's training list, if there is one
  /// @return their names, at least one
  /// @throws DataException if no image would be left to train on, or none to hold out
  static List<String> names(DataConfig labelled, DataConfig given) {
    var all = Dataset.openUnchecked(labelled, Split.TRAIN);
    var trained = new HashSet<String>();
    if (given.hasList(Split.TRAIN)) {
      var list = Dataset.openUnchecked(given, Split.TRAIN);
      IntStream.range(0, list.size()).forEach(i -> trained.add(list.name(i)));
    }
    var free =
        IntStream.range(0, all.size())
            .filter(i -> !trained.contains(all.name(i)) && Files.exists(all.imagePath(i)))
            .boxed()
            .toList();
    if (free.isEmpty() && !trained.isEmpty()) {
      throw new DataException(
          "%s names all labelled images; name those to judge the result by in lists/val.txt"
              .formatted(given.listPath(Split.TRAIN)));
    }
    if (free.size() < 2 && trained.isEmpty()) {
      throw new DataException(
          "%s of the images in %s have a label; at least 2 are needed, and 50 or more to learn"
              .formatted(free.size(), labelled.imagePath()));
    }
    var masked = free.stream().filter(i -> all.maskPath(i).isPresent()).toList();
    var candidates = masked.isEmpty() ? free : masked;
    int count = Math.clamp(Math.round(SHARE * free.size()), 1, MOST);
    return evenly(candidates, Math.min(count, candidates.size())).stream().map(all::name).toList();
  }

  private static List<Integer> evenly(List<Integer> from, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> from.get((int) ((long) i * from.size() / count)))
        .toList();
  }
}
