package toco.prepare;

import toco.download.DownloadProgress;

/// Is notified of the progress, on the calling thread.
public interface PrepareListener extends DownloadProgress {
  /// @param what such as `unpacking VOCtrainval_11-May-2012.tar`
  void onProgress(String what, int done, int total);
}
