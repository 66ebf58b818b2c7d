package toco.library;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/// What a folder of the cache consists of: files of jars, and links.
///
/// A note in the folder has each file's checksum, and the size, times and inode that it was written
/// with. As long as these are the same, the content is too: every write sets the time of the last
/// change (ctime), which programs cannot set back. Otherwise, as in a cache that was copied, the
/// content is read and compared with the jar's checksum.
///
/// @param name the start of the folder's name
/// @param links from paths in the folder to what they point to
record UnpackedFiles(String name, List<PackedFile> files, Map<String, Path> links) {
  private static final String NOTE = "unpacked-files";

  UnpackedFiles {
    files = List.copyOf(files);
    links = Map.copyOf(links);
  }

  /// The folder's name, which differs for every other content.
  String folderName() {
    var content =
        files.stream()
            .map(file -> "%s %s %s\n".formatted(file.target(), file.size(), file.crc()))
            .collect(Collectors.joining());
    return name + "-" + ContentHash.brief(content + new TreeMap<>(links));
  }

  long size() {
    return files.stream().mapToLong(PackedFile::size).sum();
  }

  void writeTo(Path folder) throws IOException, LibraryException {
    for (var file : files) {
      file.unpack(folder);
    }
    for (var link : links.entrySet()) {
      var path = folder.resolve(link.getKey());
      Files.createDirectories(path.resolveSibling(""));
      Files.createSymbolicLink(path, link.getValue());
    }
    Files.writeString(folder.resolve(NOTE), state(folder));
  }

  /// Whether a folder has all of it, unaltered.
  boolean areIn(Path folder) throws IOException {
    try {
      for (var link : links.entrySet()) {
        if (!Files.readSymbolicLink(folder.resolve(link.getKey())).equals(link.getValue())) {
          return false;
        }
      }
      var now = state(folder);
      if (Files.readString(folder.resolve(NOTE)).equals(now)) {
        return true;
      }
      for (var file : files) {
        if (!hasContent(folder.resolve(file.target()), file)) {
          return false;
        }
      }
      renew(folder, now);
      return true;
    } catch (NoSuchFileException | NotLinkException e) {
      return false;
    }
  }

  /// One line per file.
  private String state(Path folder) throws IOException {
    var lines = new StringBuilder();
    for (var file : files) {
      var attributes =
          Files.readAttributes(
              folder.resolve(file.target()), "unix:size,lastModifiedTime,ctime,ino");
      lines.append(
          "%s %s %s %s %s %s\n"
              .formatted(
                  file.target(),
                  file.crc(),
                  attributes.get("size"),
                  attributes.get("lastModifiedTime"),
                  attributes.get("ctime"),
                  attributes.get("ino")));
    }
    return lines.toString();
  }

  private static boolean hasContent(Path path, PackedFile file) throws IOException {
    if (Files.size(path) != file.size()) {
      return false;
    }
    try (var input = new CheckedInputStream(Files.newInputStream(path), new CRC32())) {
      input.transferTo(OutputStream.nullOutputStream());
      return input.getChecksum().getValue() == file.crc();
    }
  }

  /// Replaces the note, so that the next start need not read the files again.
  private static void renew(Path folder, String state) {
    try {
      var part = Files.createTempFile(folder, NOTE, "");
      Files.writeString(part, state);
      Files.move(part, folder.resolve(NOTE), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      // the cache is read-only: the next start compares contents again
    }
  }
}
