package toco.prepare;

import java.nio.file.Path;
import java.util.Locale;
import toco.files.FreeSpace;

/// The data sets that can be prepared from their published archives.
///
/// An interrupted preparation is resumed by the next call: every file is written as a whole, and
/// what is there is not written again.
public enum Preparation {
  /// PASCAL VOC 2012, with the annotations of SBD.
  VOC2012,
  /// MS COCO 2014.
  COCO2014;

  /// Prepares the data set.
  ///
  /// @throws toco.data.DataException if an archive is missing, damaged or another one, or the disk
  ///   is too full
  /// @throws toco.download.DownloadException if an archive cannot be downloaded
  /// @throws java.io.UncheckedIOException if a file cannot be written
  public Prepared run(PrepareOptions options, PrepareListener listener) {
    return switch (this) {
      case VOC2012 ->
          VocPreparation.run(
              VocRelease.PUBLISHED, place(options, VocPreparation.home(options.root()), listener));
      case COCO2014 ->
          CocoPreparation.run(CocoRelease.PUBLISHED, place(options, options.root(), listener));
    };
  }

  private static Workplace place(PrepareOptions options, Path home, PrepareListener listener) {
    return new Workplace(
        options, home, new ArchiveStore(options, listener), FreeSpace::of, listener);
  }

  /// As on the command line: `voc2012`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
