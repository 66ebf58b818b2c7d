package toco.infer;

/// Hears how far the work on some images has come.
public interface InferenceListener {
  /// Hears nothing.
  InferenceListener NONE =
      new InferenceListener() {
        @Override
        public void onProgress(int done, int total) {}

        @Override
        public void onMessage(String line) {}
      };

  /// Called after every image.
  ///
  /// @param done images worked on so far, 1…total
  /// @param total all images
  void onProgress(int done, int total);

  /// Something that the user should know now, such as an image that cannot be read.
  void onMessage(String line);
}
