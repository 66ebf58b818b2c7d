package toco.annotation;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.image.ImageException;
import toco.image.LabelMap;

/// Label maps as TIFF files with the tags that place their image on the earth: `FOLDER/NAME.tif`, a
/// palette of VOC's colours with class indices. Images without such tags get none.
final class GeoTiffFolder {
  private final Path folder;
  private final Consumer<String> messages;
  private int written;
  private int others;

  /// @param messages receives a line for each image whose tags cannot be used
  GeoTiffFolder(Path folder, Consumer<String> messages) {
    this.folder = folder;
    this.messages = messages;
  }

  /// @throws ImageException if a file cannot be written
  void add(LabelledImage image) {
    var tags = tags(image);
    if (tags.isEmpty()) {
      others++;
      return;
    }
    var file = folder.resolve(image.name().replace('/', File.separatorChar) + ".tif");
    try {
      AtomicFile.write(file, encode(image.labels(), tags.get()));
      written++;
    } catch (IOException e) {
      throw new ImageException(
          "cannot write %s: %s; check the folder, its permissions and the free space"
              .formatted(file, IoReason.of(e)),
          e);
    }
  }

  int written() {
    return written;
  }

  /// The number of images that have no place on the earth.
  int others() {
    return others;
  }

  private Optional<GeoTags> tags(LabelledImage image) {
    String problem;
    try {
      var tags = GeoTags.read(image.file());
      if (tags.isEmpty() || fits(tags.get(), image.labels())) {
        return tags;
      }
      problem =
          "its first image is %s×%s px, and the labels are %s×%s"
              .formatted(
                  tags.get().widthPx(),
                  tags.get().heightPx(),
                  image.labels().widthPx(),
                  image.labels().heightPx());
    } catch (IOException e) {
      problem = IoReason.of(e);
    }
    messages.accept("no GeoTIFF for %s: %s".formatted(image.file(), problem));
    return Optional.empty();
  }

  private static boolean fits(GeoTags tags, LabelMap labels) {
    return tags.widthPx() == labels.widthPx() && tags.heightPx() == labels.heightPx();
  }

  private static byte[] encode(LabelMap labels, GeoTags tags) throws IOException {
    BufferedImage image = toco.image.ImageWriter.indexed(labels);
    var writer = writer();
    var param = writer.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionType("ZLib");
    var metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), param);
    var directory = TIFFDirectory.createFromMetadata(metadata);
    tags.fields().forEach(directory::addTIFFField);
    var encoded = new ByteArrayOutputStream();
    try (var output = new MemoryCacheImageOutputStream(encoded)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, directory.getAsMetadata()), param);
    } finally {
      writer.dispose();
    }
    return encoded.toByteArray();
  }

  /// The JDK's, also where another library offers one.
  private static ImageWriter writer() {
    var writers = ImageIO.getImageWritersByFormatName("tiff");
    while (writers.hasNext()) {
      var writer = writers.next();
      if (writer.getClass().getModule().equals(ImageIO.class.getModule())) {
        return writer;
      }
    }
    throw new IllegalStateException("the JDK has no writer of TIFF");
  }
}
