package toco.cli;

import java.util.List;
import toco.infer.InferenceListener;

/// Reports the progress of work on images.
///
/// @param report where progress is shown
/// @param what text before the count
record ImageProgress(ProgressReport report, String what) implements InferenceListener {
  @Override
  public void onProgress(int done, int total) {
    report.onProgress(what, done, total);
  }

  @Override
  public void onMessage(String line) {
    report.onMessage(line);
  }

  /// The final message and the exit status of a command that skips images that it cannot read.
  ///
  /// @param unreadable their names
  /// @param done number of other images
  int finish(List<String> unreadable, int done) {
    if (unreadable.isEmpty()) {
      return ExitStatus.SUCCESS;
    }
    report.onMessage(
        "%s of %s images cannot be read or processed, the others are done: %s"
            .formatted(unreadable.size(), unreadable.size() + done, String.join(", ", unreadable)));
    return ExitStatus.SKIPPED;
  }
}
