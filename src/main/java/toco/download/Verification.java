package toco.download;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import toco.files.IoReason;

/// What is known of a complete file.
///
/// @param bytes its size; null if unknown
/// @param checksum null if unknown
record Verification(@Nullable Long bytes, @Nullable Checksum checksum) {
  /// What is wrong with a file; null if nothing is.
  @Nullable String problem(Path file) {
    try {
      long size = Files.size(file);
      if (bytes != null && size != bytes) {
        return "it has %s bytes, expected %s".formatted(size, bytes);
      }
      if (checksum == null) {
        return null;
      }
      var computed = checksum.compute(file);
      return checksum.matches(computed)
          ? null
          : "its %s is %s, expected %s"
              .formatted(
                  checksum.kind(), computed, checksum.hex() + (checksum.isPrefix() ? "…" : ""));
    } catch (IOException e) {
      throw new DownloadException("cannot read %s: %s".formatted(file, IoReason.of(e)));
    }
  }
}
