package toco.eval;

import java.util.List;

/// What came of one batch's images.
///
/// @param batch its number, from 0
/// @param images in the order of their indices
/// @param skipped those that could not be scored
record BatchResult(int batch, List<ImageScores> images, List<Skipped> skipped) {
  BatchResult {
    images = List.copyOf(images);
    skipped = List.copyOf(skipped);
  }

  /// Images of the data set that the batch covers.
  int size() {
    return images.size() + skipped.size();
  }
}
