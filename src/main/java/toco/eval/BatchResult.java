package toco.eval;

import java.util.List;

/// The results of one batch.
///
/// @param batch its number, from 0
/// @param images in the order of their indices
/// @param skipped those that could not be scored
record BatchResult(int batch, List<ImageScores> images, List<Skipped> skipped) {
  BatchResult {
    images = List.copyOf(images);
    skipped = List.copyOf(skipped);
  }

  /// Number of images in the batch.
  int size() {
    return images.size() + skipped.size();
  }
}
