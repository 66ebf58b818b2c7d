package toco.download;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// A file's bytes, from some position to the end.
///
/// @param body is closed with this
/// @param offset the position of the first byte: what was asked for, or 0
/// @param total bytes of the whole file; −1 if unknown
/// @param version changes with the file's content: an ETag, or the time of its last change; empty
///   if unknown
/// @param stated the file's hash as the server states it; null if it does not
record Reply(InputStream body, long offset, long total, String version, @Nullable Checksum stated)
    implements Closeable {
  @Override
  public void close() throws IOException {
    body.close();
  }
}
