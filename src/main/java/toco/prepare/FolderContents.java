package toco.prepare;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// A folder where a release was unpacked.
record FolderContents(Path file) implements Contents {
  @Override
  public void forEach(Visitor visitor) {
    try (var files = Files.walk(file)) {
      int ordinal = 0;
      for (var found : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        var path = file.relativize(found).toString().replace(File.separatorChar, '/');
        visitor.on(
            new Member(
                this,
                path,
                ordinal++,
                Files.size(found),
                true,
                -1,
                () -> Files.newInputStream(found)));
      }
    } catch (IOException e) {
      throw damaged("somewhere", e);
    } catch (UncheckedIOException e) {
      throw damaged("somewhere", Objects.requireNonNull(e.getCause()));
    }
  }
}
