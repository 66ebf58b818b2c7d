package toco.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import toco.files.AtomicFile;

/// Writes images as JPEG of quality 95 with full-resolution colour (4:4:4), RGB PNG, and palette
/// PNG with the VOC colour map. Files are written atomically, see [AtomicFile].
public final class ImageWriter {
  private static final float JPEG_QUALITY = 0.95f;
  private static final String JPEG_TREE = "javax_imageio_jpeg_image_1.0";

  private ImageWriter() {}

  /// Writes a JPEG file.
  ///
  /// @throws ImageException if it cannot be written
  public static void writeJpeg(RgbImage image, Path file) {
    BufferedImage picture = bufferedRgb(image);
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(JPEG_QUALITY);
    IIOMetadata metadata =
        writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(picture), param);
    write(writer, picture, param, withoutSubsampling(metadata, file), file);
  }

  /// Writes an RGB PNG file.
  ///
  /// @throws ImageException if it cannot be written
  public static void writePng(RgbImage image, Path file) {
    writePng(bufferedRgb(image), file);
  }

  /// Writes a picture as an RGB PNG file.
  ///
  /// @throws ImageException if it cannot be written
  public static void writePng(Picture picture, Path file) {
    writePng(buffered(picture), file);
  }

  /// Encodes a picture as an RGB PNG in memory.
  public static byte[] png(Picture picture) {
    var writer = ImageIO.getImageWritersByFormatName("png").next();
    return encodeInMemory(writer, buffered(picture), writer.getDefaultWriteParam());
  }

  /// Encodes a picture as a JPEG in memory, with chroma at half resolution, for HTML pages, where
  /// size matters.
  ///
  /// @param quality 0…1
  public static byte[] jpeg(Picture picture, float quality) {
    var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var param = writer.getDefaultWriteParam();
    param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
    param.setCompressionQuality(quality);
    return encodeInMemory(writer, buffered(picture), param);
  }

  /// Writes a label map as a palette PNG: its samples are the class indices, its palette the VOC
  /// colour map.
  ///
  /// @throws ImageException if it cannot be written
  public static void writePng(LabelMap map, Path file) {
    writePng(indexed(map), file);
  }

  /// Encodes a label map as such a PNG in memory.
  public static byte[] png(LabelMap map) {
    var writer = ImageIO.getImageWritersByFormatName("png").next();
    return encodeInMemory(writer, indexed(map), writer.getDefaultWriteParam());
  }

  /// A label map as a picture of class indices, its palette the VOC colour map.
  public static BufferedImage indexed(LabelMap map) {
    var reds = new byte[256];
    var greens = new byte[256];
    var blues = new byte[256];
    for (int label = 0; label < 256; label++) {
      int rgb = VocPalette.rgb(label);
      reds[label] = (byte) (rgb >> 16);
      greens[label] = (byte) (rgb >> 8);
      blues[label] = (byte) rgb;
    }
    var buffered =
        new BufferedImage(
            map.widthPx(),
            map.heightPx(),
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, 256, reds, greens, blues));
    buffered.getRaster().setDataElements(0, 0, map.widthPx(), map.heightPx(), bytes(map.labels()));
    return buffered;
  }

  private static void writePng(BufferedImage image, Path file) {
    var writer = ImageIO.getImageWritersByFormatName("png").next();
    write(writer, image, writer.getDefaultWriteParam(), null, file);
  }

  private static void write(
      javax.imageio.ImageWriter writer,
      BufferedImage image,
      ImageWriteParam param,
      @Nullable IIOMetadata metadata,
      Path file) {
    try {
      AtomicFile.write(file, encode(writer, image, param, metadata));
    } catch (IOException e) {
      throw new ImageException(
          "cannot write %s: %s; check the folder, its permissions and the free space"
              .formatted(file, ImageException.reason(e)),
          e);
    }
  }

  private static byte[] encodeInMemory(
      javax.imageio.ImageWriter writer, BufferedImage image, ImageWriteParam param) {
    try {
      return encode(writer, image, param, null);
    } catch (IOException e) {
      throw new ImageException("cannot encode a picture: " + ImageException.reason(e), e);
    }
  }

  /// Ends the writer.
  private static byte[] encode(
      javax.imageio.ImageWriter writer,
      BufferedImage image,
      ImageWriteParam param,
      @Nullable IIOMetadata metadata)
      throws IOException {
    var encoded = new ByteArrayOutputStream();
    try (var output = new MemoryCacheImageOutputStream(encoded)) {
      writer.setOutput(output);
      writer.write(null, new IIOImage(image, null, metadata), param);
    } finally {
      writer.dispose();
    }
    return encoded.toByteArray();
  }

  /// Full-resolution chroma, for fine textures of one hue; the JDK halves it by default.
  private static IIOMetadata withoutSubsampling(IIOMetadata metadata, Path file) {
    try {
      var root = (IIOMetadataNode) metadata.getAsTree(JPEG_TREE);
      var components = root.getElementsByTagName("componentSpec");
      for (int i = 0; i < components.getLength(); i++) {
        var component = (Element) components.item(i);
        component.setAttribute("HsamplingFactor", "1");
        component.setAttribute("VsamplingFactor", "1");
      }
      metadata.setFromTree(JPEG_TREE, root);
      return metadata;
    } catch (IOException e) {
      throw new ImageException("cannot set up the JPEG encoder for " + file, e);
    }
  }

  private static BufferedImage buffered(Picture picture) {
    int width = picture.widthPx();
    int height = picture.heightPx();
    var buffered = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    buffered.getRaster().setDataElements(0, 0, width, height, picture.rgb());
    return buffered;
  }

  private static BufferedImage bufferedRgb(RgbImage image) {
    byte[] samples = bytes(image.pixels());
    var raster =
        Raster.createInterleavedRaster(
            new DataBufferByte(samples, samples.length),
            image.widthPx(),
            image.heightPx(),
            3 * image.widthPx(),
            3,
            new int[] {0, 1, 2},
            null);
    var colours =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            BufferedImage.OPAQUE,
            DataBuffer.TYPE_BYTE);
    return new BufferedImage(colours, raster, false, null);
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
