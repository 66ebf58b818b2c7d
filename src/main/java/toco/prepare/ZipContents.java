package toco.prepare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// A zip archive.
record ZipContents(Path file) implements Contents {
  @Override
  public void forEach(Visitor visitor) {
    try (var zip = new ZipFile(file.toFile())) {
      int ordinal = 0;
      for (var entry : zip.stream().toList()) {
        if (!entry.isDirectory()) {
          visitor.on(member(entry, ordinal++, zip));
        }
      }
    } catch (IOException e) {
      throw damaged("in its directory", e);
    }
  }

  private Member member(ZipEntry entry, int ordinal, ZipFile zip) {
    return new Member(
        this,
        path(entry.getName()),
        ordinal,
        entry.getSize(),
        true, // a zip's link is a file that holds its target
        entry.getCrc(),
        () -> zip.getInputStream(entry));
  }
}
