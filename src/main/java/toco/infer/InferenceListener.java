package toco.infer;

/// Receives progress and messages while images are processed.
public interface InferenceListener {
  /// Ignores everything.
  InferenceListener NONE =
      new InferenceListener() {
        @Override
        public void onProgress(int done, int total) {}

        @Override
        public void onMessage(String line) {}
      };

  /// Called after every image.
  ///
  /// @param done number of images processed, 1…total
  /// @param total number of images
  void onProgress(int done, int total);

  /// A message for the user, such as an image that cannot be read.
  void onMessage(String line);
}
