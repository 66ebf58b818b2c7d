package toco.data;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.config.DataConfig;
import toco.config.DataConfig.OtherClasses;
import toco.image.ImageSize;
import toco.image.LabelMap;
import toco.image.MaskDecoder;

/// Reads the indices of classes in hints: 0 background, 1…K in the order in which masks number
/// them. Classes that are not trained (`data.otherClasses: ignore`) are unknown.
///
/// @param labelOf the label of each index, 255 if it is not trained
/// @param ignoresOthers whether indices beyond these are other classes
record HintReader(List<Integer> labelOf, boolean ignoresOthers) {
  private static final int NO_CLASS = -1;

  static HintReader of(DataConfig data) {
    var annotated = data.annotatedClasses();
    var labels = new ArrayList<Integer>(List.of(0));
    for (var name : annotated) {
      int k = data.classNames().indexOf(name);
      labels.add(k < 0 ? LabelMap.IGNORE : k + 1);
    }
    boolean othersFollow =
        data.otherClasses() == OtherClasses.IGNORE
            && !data.layout().classNames().containsAll(data.classNames());
    return new HintReader(List.copyOf(labels), othersFollow);
  }

  /// The greatest index of a class.
  int last() {
    return labelOf.size() - 1;
  }

  /// The label of an index: 255 if the class is not trained, −1 if there is no such class.
  int label(int index) {
    if (index >= 0 && index < labelOf.size()) {
      return labelOf.get(index);
    }
    return index == LabelMap.IGNORE || (ignoresOthers && index > 0) ? LabelMap.IGNORE : NO_CLASS;
  }

  /// Reads the hints of an image.
  ///
  /// @param image file of the image, as is its size
  /// @param arena owns the labels
  /// @throws DataException if it has another size, or holds an index of no class
  /// @throws toco.image.ImageException if the file is unreadable
  LabelMap read(Path png, Path image, ImageSize size, Arena arena) {
    var map = MaskDecoder.decode(png, arena);
    MaskReader.requireSize(png, new ImageSize(map.widthPx(), map.heightPx()), image, size);
    var pixels = map.labels();
    for (long i = 0; i < pixels.byteSize(); i++) {
      int index = Byte.toUnsignedInt(pixels.get(ValueLayout.JAVA_BYTE, i));
      int label = label(index);
      if (label == NO_CLASS) {
        throw new DataException(
            ("%s holds %s at x %s, y %s; expected 0 (background), 1…%s (classes) or 255 (unknown);"
                    + " check the file and data.classNames")
                .formatted(png, index, i % map.widthPx(), i / map.widthPx(), last()));
      }
      if (label != index) {
        pixels.set(ValueLayout.JAVA_BYTE, i, (byte) label);
      }
    }
    return map;
  }
}
