package toco.data;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// A finding of [DataCheck] in a split, with all the images or files concerned.
///
/// @param kind what was found
/// @param fatal whether training, or the evaluation within it, would fail
/// @param items names of images, or messages that name a file and what is wrong with it
public record Finding(Kind kind, boolean fatal, List<String> items) {
  /// Number of items in the text.
  static final int SHOWN = 5;

  public Finding {
    items = List.copyOf(items);
  }

  /// The kinds of findings.
  public enum Kind {
    NOT_OPENED("the split cannot be opened", true),
    BAD_LABELS("labels that cannot be used", true),
    LABEL_NOTE("noted when reading the labels", true),
    BAD_HINTS("hints that cannot be used", true),
    BAD_BOXES("boxes that cannot be used", true),
    HINT_AND_LABEL("hints of classes that the image's label lacks; the hints count", true),
    HINT_AND_BOX("hints of a class outside of its boxes; the hints count", true),
    BOX_AND_LABEL("boxes of other classes than the image's label", true),
    TOO_FEW_IMAGES("too few images", true),
    MISSING_IMAGE("listed, but the image is missing", true),
    UNLABELLED("listed, but without a label", false),
    UNREADABLE_IMAGE("images that cannot be read", true),
    OTHER_FORMAT("formats in the folder that are not read; convert images to PNG or JPEG", true),
    GREY_16("images that lose levels", true),
    EXIF_ORIENTATION(
        "images that viewers turn by EXIF; pixels are read as stored, unless data.exif=apply",
        false),
    SKIPPED("skipped in the image folder", true),
    MISSING_MASK("images without a mask", false),
    UNREADABLE_MASK("masks that cannot be read", true),
    MASK_SIZE("masks whose size is not that of their image", true),
    MASK_LABEL("masks with a label of no class", true),
    NO_CLASS_IN_MASKS("masks without any class", true),
    CLASS_IN_NO_MASK("classes that no mask shows, and that no mIoU counts", false),
    IGNORED_MASK("masks that are ignored everywhere (255)", false),
    MASK_AND_LABEL("masks with other classes than their image's label", true),
    OTHER_CLASS_IN_MASK("masks in which other classes count as background", false),
    LISTED_TWICE("listed more than once", false),
    TRAINED_ON("also in the training set", false),
    NOT_TRAINED_ON("images in the folder without a label or a list entry", false),
    LABEL_WITHOUT_IMAGE("labels of images that are missing", false),
    EMPTY_CLASS("classes that no image shows", false);

    private final String text;
    private final boolean isLinePerItem;

    Kind(String text, boolean isLinePerItem) {
      this.text = text;
      this.isLinePerItem = isLinePerItem;
    }

    /// Whether an image or a mask can be used in spite of it.
    boolean isReadable() {
      return this == EXIF_ORIENTATION || this == GREY_16 || this == OTHER_CLASS_IN_MASK;
    }

    /// Whether a mask cannot be used.
    boolean concernsMask() {
      return this == UNREADABLE_MASK || this == MASK_SIZE || this == MASK_LABEL;
    }

    /// The name in JSON: `missingImage`.
    @Override
    public String toString() {
      return Pattern.compile("_(.)")
          .matcher(name().toLowerCase(Locale.ROOT))
          .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }
  }

  /// The finding on one line, with the first item.
  public String line() {
    int more = items.size() - 1;
    var first = items.isEmpty() ? "" : items.getFirst();
    return "%s: %s (%s%s)"
        .formatted(kind.text, items.size(), first, more > 0 ? " and %s more".formatted(more) : "");
  }

  /// The finding as text, with the first few items.
  String text() {
    var shown = items.subList(0, Math.min(SHOWN, items.size()));
    int more = items.size() - shown.size();
    var head = "  %s  %s: %s".formatted(fatal ? "error  " : "warning", kind.text, items.size());
    if (kind.isLinePerItem) {
      var text = new StringBuilder(head);
      shown.forEach(item -> text.append("\n             ").append(item));
      return text + (more > 0 ? "\n             and %s more".formatted(more) : "");
    }
    return "%s (%s%s)"
        .formatted(head, String.join(", ", shown), more > 0 ? " and %s more".formatted(more) : "");
  }
}
