package toco.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Results of many images in one file. It gets its place, whole, when all images are done; until
/// then an earlier file is unchanged.
sealed interface GrowingFile extends AutoCloseable permits CocoFiles, CvatArchive {
  /// What an image adds to a file.
  @FunctionalInterface
  interface Addition {
    void append() throws IOException;
  }

  /// Prepares what an image adds. An image for which this fails has added nothing.
  Addition encode(LabelledImage image);

  /// Puts the files into their places.
  List<Path> finish() throws IOException;

  /// Drops what is not finished.
  @Override
  void close() throws IOException;
}
