package toco.data;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Something that [DataCheck] found in a split, with all the images or files concerned.
///
/// @param kind what it is
/// @param fatal whether training, or the evaluation within it, would fail
/// @param items names of images, or lines that name a file and what is wrong with it
public record Finding(Kind kind, boolean fatal, List<String> items) {
  private static final int SHOWN = 5;

  public Finding {
    items = List.copyOf(items);
  }

  /// What can be found.
  public enum Kind {
    NOT_OPENED("the split cannot be read", true),
    BAD_LABELS("labels that cannot be used", true),
    TOO_FEW_IMAGES("too few images", true),
    MISSING_IMAGE("named, but there is no such image", true),
    UNLABELLED("listed, but without a label", false),
    UNREADABLE_IMAGE("images that cannot be read", true),
    MISSING_MASK("without a mask", false),
    UNREADABLE_MASK("masks that cannot be read", true),
    MASK_SIZE("masks of another size than their image", true),
    MASK_LABEL("masks with labels that are no class", true),
    LISTED_TWICE("listed more than once", false),
    TRAINED_ON("in the training set too", false),
    NOT_TRAINED_ON("in the folder, but in no list and without a label", false),
    LABEL_WITHOUT_IMAGE("labelled, but there is no such image", false),
    EMPTY_CLASS("classes that no image shows", false);

    private final String text;
    private final boolean lines; // an item is a line of its own

    Kind(String text, boolean lines) {
      this.text = text;
      this.lines = lines;
    }

    /// As JSON has it: `missingImage`.
    @Override
    public String toString() {
      return Pattern.compile("_(.)")
          .matcher(name().toLowerCase(Locale.ROOT))
          .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }
  }

  /// The finding in words, with the first few items.
  String text() {
    var shown = items.subList(0, Math.min(SHOWN, items.size()));
    int more = items.size() - shown.size();
    var head = "  %s  %s: %d".formatted(fatal ? "error  " : "warning", kind.text, items.size());
    if (kind.lines) {
      var text = new StringBuilder(head);
      shown.forEach(item -> text.append("\n             ").append(item));
      return text + (more > 0 ? "\n             and %d more".formatted(more) : "");
    }
    return "%s (%s%s)"
        .formatted(head, String.join(", ", shown), more > 0 ? " and %d more".formatted(more) : "");
  }
}
