package toco.annotation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.config.DataConfig;
import toco.data.DataException;
import toco.files.IoReason;
import toco.files.ResultFolder;

/// Writes label maps for annotation tools, image by image:
///
/// ```
/// OUT/coco/annotations/instances_default.json, OUT/coco/results.json
/// OUT/cvat.zip
/// OUT/geotiff/NAME.tif
/// ```
///
/// The files of all images appear when the last image is done. If the work ends before, earlier
/// files are as they were.
public final class AnnotationExport implements AutoCloseable {
  private final Path out;
  private final List<GrowingFile> files = new ArrayList<>();
  private final @Nullable GeoTiffFolder geoTiffs;
  private final Consumer<String> messages;

  /// What to write.
  ///
  /// @param formats any; PNG files are written by others
  /// @param cocoShape for the format coco
  public record Options(Set<LabelFormat> formats, CocoShape cocoShape) {
    /// Nothing.
    public static final Options NONE = new Options(Set.of(), CocoShape.RLE);

    /// Only PNG files.
    public static final Options PNG = new Options(Set.of(LabelFormat.PNG), CocoShape.RLE);

    public Options {
      formats = Set.copyOf(formats);
    }

    public boolean has(LabelFormat format) {
      return formats.contains(format);
    }

    /// The folders of `out` that will hold an image for each image.
    public Set<String> imageFolders() {
      return has(LabelFormat.GEOTIFF) ? Set.of("geotiff") : Set.of();
    }
  }

  private AnnotationExport(Path out, @Nullable GeoTiffFolder geoTiffs, Consumer<String> messages) {
    this.out = out;
    this.geoTiffs = geoTiffs;
    this.messages = messages;
  }

  /// Checks that all files can be written, and begins.
  ///
  /// @param out the folder for the results
  /// @param data names the classes
  /// @param images paths of all images, relative to their folder
  /// @param messages receives lines for the user
  /// @throws DataException if the names of the classes do not fit a format, or a file cannot be
  ///   written
  /// @throws IllegalArgumentException if something is in the way of a file
  public static AnnotationExport open(
      Options options, Path out, DataConfig data, List<String> images, Consumer<String> messages) {
    var folder = out.resolve("geotiff");
    var geoTiffs = options.has(LabelFormat.GEOTIFF) ? new GeoTiffFolder(folder, messages) : null;
    var export = new AnnotationExport(out, geoTiffs, messages);
    try {
      if (options.has(LabelFormat.COCO)) {
        var coco = out.resolve("coco");
        ResultFolder.requireFolder(coco.resolve("annotations"));
        var ids = CocoIds.of(data, images);
        export.files.add(new CocoFiles(coco, data.classNames(), ids, options.cocoShape()));
      }
      if (options.has(LabelFormat.CVAT)) {
        var archive = out.resolve("cvat.zip");
        ResultFolder.requireFile(archive);
        export.files.add(new CvatArchive(archive, data.classNames()));
      }
      return export;
    } catch (IOException e) {
      export.close();
      throw export.failed(e);
    } catch (RuntimeException e) {
      export.close();
      throw e;
    }
  }

  /// An image that is prepared, and not in any file yet.
  @FunctionalInterface
  public interface Addition {
    /// Adds the image to all files.
    ///
    /// @throws DataException if a file cannot be written
    /// @throws toco.image.ImageException if a GeoTIFF cannot be written
    void append();
  }

  /// Prepares an image. Images that are skipped after this are in no file.
  ///
  /// @throws java.nio.file.InvalidPathException if a format cannot hold its name
  public Addition prepare(LabelledImage image) {
    var additions = files.stream().map(file -> file.encode(image)).toList();
    return () -> {
      if (geoTiffs != null) {
        geoTiffs.add(image);
      }
      try {
        for (var addition : additions) {
          addition.append();
        }
      } catch (IOException e) {
        throw failed(e);
      }
    };
  }

  /// Puts the files of all images into their places.
  ///
  /// @return what was written
  /// @throws DataException if a file cannot be written
  public List<Path> finish() {
    var written = new ArrayList<Path>();
    try {
      for (var file : files) {
        written.addAll(file.finish());
      }
    } catch (IOException e) {
      throw failed(e);
    }
    if (geoTiffs != null) {
      if (geoTiffs.written() > 0) {
        written.add(out.resolve("geotiff"));
      }
      if (geoTiffs.others() > 0) {
        messages.accept(
            ("%s of %s images are no GeoTIFF with a place on the earth, so their labels are not"
                    + " in %s")
                .formatted(
                    geoTiffs.others(),
                    geoTiffs.others() + geoTiffs.written(),
                    out.resolve("geotiff")));
      }
    }
    return List.copyOf(written);
  }

  /// Drops what is not finished.
  @Override
  public void close() {
    for (var file : files) {
      try {
        file.close();
      } catch (IOException e) {
        throw failed(e);
      }
    }
  }

  private DataException failed(IOException e) {
    return new DataException(
        "cannot write the annotations to %s: %s; check the folder and the free space"
            .formatted(out, IoReason.of(e)),
        e);
  }
}
