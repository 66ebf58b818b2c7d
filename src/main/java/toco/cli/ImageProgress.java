package toco.cli;

import java.util.List;
import toco.infer.InferenceListener;

/// Tells of the work on images.
///
/// @param report the line it goes to
/// @param what stands before the count
record ImageProgress(ProgressReport report, String what) implements InferenceListener {
  @Override
  public void onProgress(int done, int total) {
    report.onProgress(what, done, total);
  }

  @Override
  public void onMessage(String line) {
    report.onMessage(line);
  }

  /// The last word and the exit status of a command that goes on past images it cannot read.
  ///
  /// @param unreadable their names
  /// @param done how many others there are
  int finish(List<String> unreadable, int done) {
    if (unreadable.isEmpty()) {
      return ExitStatus.SUCCESS;
    }
    report.onMessage(
        "%d of %d images cannot be read, the others are done: %s"
            .formatted(unreadable.size(), unreadable.size() + done, String.join(", ", unreadable)));
    return ExitStatus.SKIPPED;
  }
}
