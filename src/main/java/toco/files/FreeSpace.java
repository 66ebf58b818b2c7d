package toco.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The free space of disks.
public final class FreeSpace {
  private FreeSpace() {}

  /// The bytes that can be written to a folder, which need not exist yet.
  public static long of(Path folder) throws IOException {
    return Files.getFileStore(existing(folder)).getUsableSpace();
  }

  /// The innermost folder that exists.
  private static Path existing(Path folder) {
    var nearest = folder.toAbsolutePath();
    while (!Files.exists(nearest) && nearest.getParent() != null) {
      nearest = nearest.getParent();
    }
    return nearest;
  }
}
