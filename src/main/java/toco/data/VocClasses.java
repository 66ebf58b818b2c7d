package toco.data;

import java.util.List;

/// The 20 classes of Pascal VOC; class `i` of the list has label `i + 1` in masks.
public final class VocClasses {
  public static final List<String> NAMES =
      List.of(
          "aeroplane",
          "bicycle",
          "bird",
          "boat",
          "bottle",
          "bus",
          "car",
          "cat",
          "chair",
          "cow",
          "diningtable",
          "dog",
          "horse",
          "motorbike",
          "person",
          "pottedplant",
          "sheep",
          "sofa",
          "train",
          "tvmonitor");

  private VocClasses() {}
}
