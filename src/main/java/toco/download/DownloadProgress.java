package toco.download;

/// Is notified of a download's progress.
public interface DownloadProgress {
  /// A file's bytes so far, those of an earlier attempt included.
  ///
  /// @param total −1 if the server does not say
  void onBytes(String name, long done, long total);

  /// What is done, or why it takes longer, on one line.
  void onMessage(String line);
}
