package toco.prepare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Pattern;
import toco.data.DataException;
import toco.files.IoReason;

/// The files of a release: of an archive, or of a folder where it was unpacked.
sealed interface Contents permits TarContents, ZipContents, FolderContents {
  /// A letter of Windows, or a path from the root.
  Pattern ABSOLUTE = Pattern.compile("[/\\\\].*|[A-Za-z]:.*");

  /// Receives the files.
  @FunctionalInterface
  interface Visitor {
    void on(Member member);
  }

  /// The archive or folder.
  Path file();

  /// Visits every file and link, in order.
  ///
  /// @throws DataException if it is damaged or hostile
  void forEach(Visitor visitor);

  /// What it is called in messages.
  default String name() {
    return file().toString();
  }

  /// The error of content that cannot be read.
  default DataException damaged(String where, Exception e) {
    var reason = e instanceof IOException io ? IoReason.of(io) : String.valueOf(e.getMessage());
    return new DataException(
        "%s is damaged %s: %s; delete it and get it again".formatted(name(), where, reason), e);
  }

  /// An entry's path without `./`.
  ///
  /// @throws DataException if it leaves the folder into which the archive would be unpacked
  default String path(String entry) {
    if (ABSOLUTE.matcher(entry).matches() || Arrays.asList(entry.split("[/\\\\]")).contains("..")) {
      throw new DataException(
          "%s holds '%s', which would be outside its folder: nothing of it is used; get the archive"
                  .formatted(name(), entry)
              + " from another place");
    }
    return entry.replaceAll("(?<![^/])\\./+", "");
  }
}
