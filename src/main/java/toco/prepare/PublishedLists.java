package toco.prepare;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.files.Sha256;

/// The image lists of the published code (rulixiang/ToCo, `datasets/voc` and `datasets/coco`).
///
/// @param train the training list
/// @param watched the list of evaluations in training
/// @param scored the list of the published scores after training
/// @param train1464 VOC's own training list, which is not needed here; null: there is none
/// @param test test images, whose masks only a server has; null: there are none
public record PublishedLists(
    Names train, Names watched, Names scored, @Nullable Names train1464, @Nullable Names test) {
  /// PASCAL VOC 2012.
  public static final PublishedLists VOC =
      new PublishedLists(
          new Names(
              "train_aug.txt",
              10_582,
              "d1326bd532648d73bc4b1bd275434eba81930982dc7401a65a8cecb26c028e24"),
          new Names(
              "val.txt", 1_449, "cdc1326d12f69ce5153aa5da04a4d8783e146868d42d19f82f44e74b97ac907d"),
          new Names(
              "val.txt", 1_449, "cdc1326d12f69ce5153aa5da04a4d8783e146868d42d19f82f44e74b97ac907d"),
          new Names(
              "train.txt",
              1_464,
              "aa623bd2c8ce4443a8aaae51c524c0eb165e8e44caf6aa9e3ad33d7b75a3ef20"),
          new Names(
              "test.txt",
              1_456,
              "5e8fe0c14b2e6633fb2e3a0f5db65fb6b8f5217b574478bb21127a48fd33010f"));

  /// MS COCO 2014. `val_part` is the first 5,000 of `val`.
  public static final PublishedLists COCO =
      new PublishedLists(
          new Names(
              "train.txt",
              82_081,
              "2985c4b482da49946f2e5dfb9a12f44bee154529cd601f63b1105942d763a8f9"),
          new Names(
              "val_part.txt",
              5_000,
              "c5caf3491caba8a9360665a20f4a8212198aa04a7756280b6ac3759970a6ee33"),
          new Names(
              "val.txt",
              40_137,
              "6f65de2c151265166b98f2202c9822d6a81f607f2c39e39c01d279d9de690c1a"),
          null,
          null);

  /// A list.
  ///
  /// @param file its file name
  /// @param count number of names
  /// @param sha256 SHA-256 of the sorted names, each with a line feed; equals that of the file,
  ///   except for `val_part.txt`, which has no line feed at its end; null: not published
  public record Names(String file, int count, @Nullable String sha256) {
    /// How these names differ from the published ones; empty if they do not.
    public Optional<String> difference(Collection<String> names) {
      if (names.size() != count) {
        return Optional.of(
            String.format(Locale.ROOT, "expected %,d names, got %,d", count, names.size()));
      }
      var found = sha256 == null ? null : Sha256.ofLines(names.stream().sorted().toList());
      return found == null || found.equals(sha256)
          ? Optional.empty()
          : Optional.of(
              ("as many names as published, but different ones: expected SHA-256 %s of the sorted"
                      + " names, got %s")
                  .formatted(sha256, found));
    }
  }
}
