package toco.data;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.config.DataConfig.OtherClasses;
import toco.config.MaskValues;
import toco.image.LabelMap;

/// The labels of masks that also show classes that are not trained. Those become background, as
/// they are for the image-level labels: a network that finds a class there is wrong. Ignoring their
/// pixels would hide such errors.
///
/// @param labelOf the label of each index 0…255; itself if it is no class, which is an error
/// @param background the index of the background
public record MaskClasses(List<Integer> labelOf, int background) {
  public MaskClasses {
    labelOf = List.copyOf(labelOf);
  }

  /// The classes of a configuration. Without `values`, masks number all classes of the layout if
  /// those of the configuration are among them; otherwise those of the configuration, and others
  /// follow.
  ///
  /// @param values the indices of background and classes in the masks
  /// @return null if other classes are errors
  static @Nullable MaskClasses of(DataConfig data, @Nullable MaskValues values) {
    if (data.otherClasses() == OtherClasses.ERROR) {
      return null;
    }
    return values == null ? numbered(data) : valued(values.labelOf());
  }

  private static MaskClasses valued(Map<Integer, Integer> labelOf) {
    var labels = new ArrayList<Integer>();
    int background = 0;
    for (int value = 0; value <= LabelMap.IGNORE; value++) {
      int label = labelOf.getOrDefault(value, value == LabelMap.IGNORE ? value : 0);
      labels.add(label);
      background = label == 0 && labelOf.containsKey(value) ? value : background;
    }
    return new MaskClasses(labels, background);
  }

  private static MaskClasses numbered(DataConfig data) {
    var annotated = data.annotatedClasses();
    boolean othersFollow = !data.layout().classNames().containsAll(data.classNames());
    var labels = new ArrayList<Integer>();
    labels.add(0);
    for (int label = 1; label < LabelMap.IGNORE; label++) {
      if (label <= annotated.size()) {
        labels.add(1 + data.classNames().indexOf(annotated.get(label - 1)));
      } else {
        labels.add(othersFollow ? 0 : label);
      }
    }
    labels.add(LabelMap.IGNORE);
    return new MaskClasses(labels, 0);
  }

  /// Replaces the labels of a mask.
  ///
  /// @return the number of pixels of other classes
  long relabel(LabelMap mask) {
    var pixels = mask.labels();
    long others = 0;
    for (long i = 0; i < pixels.byteSize(); i++) {
      int index = Byte.toUnsignedInt(pixels.get(ValueLayout.JAVA_BYTE, i));
      int label = labelOf.get(index);
      others += label == 0 && index != background ? 1 : 0;
      if (label != index) {
        pixels.set(ValueLayout.JAVA_BYTE, i, (byte) label);
      }
    }
    return others;
  }
}
