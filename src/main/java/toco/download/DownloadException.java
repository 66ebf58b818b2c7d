package toco.download;

/// A file that cannot be downloaded. The message names the file, where it was looked for, why that
/// failed, and how to get it by hand.
public final class DownloadException extends RuntimeException {
  public DownloadException(String message) {
    super(message.replaceAll("\\p{Cntrl}+", " "));
  }
}
