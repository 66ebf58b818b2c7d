package toco.preview;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.batch.ViewSampler;
import toco.config.Config;
import toco.html.Html;
import toco.html.Html.Element;

/// Explains the page: a legend of the pictures, and notes on what may surprise.
///
/// @param views of the recipe
/// @param checkpoint of the network whose CAM places the local crops, or null
record PreviewGuide(Config config, ViewSampler views, @Nullable Path checkpoint) {

  /// One line per kind of picture.
  Element legend() {
    var entries = new ArrayList<Html>();
    boolean isKnownMore = config.data().hints() != null || config.data().boxes() != null;
    entries.addAll(
        entry(
            "Original",
            isKnownMore
                ? "The image file. Training knows the named classes, hints and boxes."
                : "The image file. The named classes are all that training knows about it."));
    for (var view : views.shown()) {
      entries.addAll(entry(view.name(), view.meaning() + (view.hasLocalCrops() ? cut() : "")));
      if (isKnownMore && view.equals(views.shown().getFirst())) {
        entries.addAll(
            entry(
                "Hints and boxes",
                "What data.hints and data.boxes say of view 1, in the colours of the classes;"
                    + " background is white."));
      }
      if (checkpoint != null && view.equals(views.shown().getFirst())) {
        entries.addAll(
            entry(
                "RoI mask",
                "Regions of interest in view 1 by the auxiliary CAM: red is foreground, cream"
                    + " uncertain, the rest background."));
      }
    }
    return element("dl", entries).with("class", "legend");
  }

  private String cut() {
    return " %s local crops of %s px are cut out of it at the numbered rectangles."
        .formatted(config.train().localCrops(), config.train().localCropSizePx());
  }

  private static List<Element> entry(String name, String meaning) {
    return List.of(element("div", element("dt", text(name)), element("dd", text(meaning))));
  }

  /// Collapsed notes: how local crops are placed, and mirrored boxes.
  List<Element> notes() {
    var notes = new ArrayList<Element>();
    if (views.shown().stream().noneMatch(ViewSampler.Shown::hasLocalCrops)) {
      return notes;
    }
    if (checkpoint == null) {
      notes.add(note("Local crops are placed without a network.", cropsWithoutNetwork()));
    } else {
      var file = checkpoint.getFileName();
      notes.add(note("Local crops are placed by the auxiliary CAM of " + file + ".", cropsByCam()));
    }
    if (views.boxMayBeMirrored()) {
      notes.add(note("Image boxes and local crops may be mirrored.", mirrored()));
    }
    return notes;
  }

  private static Element note(String summary, String words) {
    return element("details", element("summary", text(summary)), element("p", text(words)))
        .with("class", "note");
  }

  private static String cropsWithoutNetwork() {
    return "They are placed as if every pixel were uncertain, and which ones are negative is"
        + " unknown. In training the auxiliary CAM keeps their centres off foreground; with"
        + " --checkpoint it does so here.";
  }

  private String cropsByCam() {
    return ("It keeps their centres off foreground, with the random numbers of the named step;"
            + " training has other weights at that step. A crop is negative (−, red dashes) if the"
            + " RoI mask, 2 on foreground and 1 where uncertain, sums to at most %s of the crop's"
            + " area; else it is positive (+, green).")
        .formatted(config.cam().negativeRatio());
  }

  private String mirrored() {
    return ("With train.compat: reference each view is flipped independently with probability %s,"
            + " as in the published code, and neither the image box nor the positions of local"
            + " crops follow (docs/METHOD.md, “Training data”)."
            + " train.compat: aligned flips them together.")
        .formatted(config.augment().viewFlipProbability());
  }
}
