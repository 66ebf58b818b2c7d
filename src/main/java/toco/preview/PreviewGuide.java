package toco.preview;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.config.TrainConfig.Compat;
import toco.html.Html;
import toco.html.Html.Element;

/// How to read the page: what each view is, and what of it may surprise.
///
/// @param checkpoint whose CAM places the local crops, or null
record PreviewGuide(Config config, @Nullable Path checkpoint) {

  /// A line for each kind of picture.
  Element legend() {
    var augment = config.augment();
    int crop = augment.cropSizePx();
    var entries = new ArrayList<Html>();
    entries.addAll(
        entry(
            "Original",
            "The image file. That the named classes are in it is all that training is told."));
    entries.addAll(
        entry(
            "View 1",
            ("A random %d × %d px crop of the scaled image, colours changed. The network segments"
                    + " it. The frame is the image box; black beyond it is padding.")
                .formatted(crop, crop)));
    if (checkpoint != null) {
      entries.addAll(
          entry(
              "RoI mask",
              "What the auxiliary CAM makes of view 1: red is sure foreground, cream uncertain, the"
                  + " rest background."));
    }
    entries.addAll(
        entry(
            "Local view",
            ("The same crop with other changes. %d local crops of %d px are cut out of it, where"
                    + " the numbers are.")
                .formatted(config.train().localCrops(), config.train().localCropSizePx())));
    entries.addAll(
        entry(
            "View 2",
            "A second cut, from the whole image. Views 1 and 2 are the global views, which the"
                + " class tokens of the local crops are compared with."));
    return element("dl", entries).with("class", "legend");
  }

  private static List<Element> entry(String name, String meaning) {
    return List.of(element("div", element("dt", text(name)), element("dd", text(meaning))));
  }

  /// What may surprise, each to be unfolded: where local crops lie, and mirrored boxes.
  List<Element> notes() {
    var notes = new ArrayList<Element>();
    if (checkpoint == null) {
      notes.add(note("Local crops are placed without a network.", cropsWithoutNetwork()));
    } else {
      var file = checkpoint.getFileName();
      notes.add(note("Local crops are placed by the auxiliary CAM of " + file + ".", cropsByCam()));
    }
    if (boxMayBeMirrored()) {
      notes.add(note("Image boxes and local crops may be mirrored.", mirrored()));
    }
    return notes;
  }

  /// Whether views are mirrored after the image box was noted.
  boolean boxMayBeMirrored() {
    return config.train().compat() == Compat.REFERENCE
        && config.augment().viewFlipProbability() > 0;
  }

  private static Element note(String summary, String words) {
    return element("details", element("summary", text(summary)), element("p", text(words)))
        .with("class", "note");
  }

  private static String cropsWithoutNetwork() {
    return "They lie as if all ground were uncertain, and which are negative is unknown. In"
        + " training the auxiliary CAM keeps their centres off sure foreground; with"
        + " --checkpoint it does so here.";
  }

  private String cropsByCam() {
    return ("It keeps their centres off sure foreground, by the draws of the step that is named;"
            + " training has other weights at that step. A crop is negative (−, red dashes) if the"
            + " RoI mask, 2 on foreground and 1 where uncertain, sums to at most %s of the crop's"
            + " area; else it is positive (+, green).")
        .formatted(config.cam().negativeRatio());
  }

  private String mirrored() {
    return ("Under train.compat: reference each view is flipped by itself with probability %s, as"
            + " in the published code, and neither the image box nor the places of local crops"
            + " follow (a quirk that docs/METHOD.md tells of under “Training data”)."
            + " train.compat: aligned flips them together.")
        .formatted(config.augment().viewFlipProbability());
  }
}
