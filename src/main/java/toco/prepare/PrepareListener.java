package toco.prepare;

/// Is notified of the progress, on the calling thread.
public interface PrepareListener {
  /// @param what such as `unpacking VOCtrainval_11-May-2012.tar`
  void onProgress(String what, int done, int total);

  /// @param line for the log
  void onMessage(String line);
}
