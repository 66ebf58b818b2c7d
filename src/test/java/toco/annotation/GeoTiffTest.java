package toco.annotation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.PythonTorch;
import toco.image.ImageWriter;
import toco.image.LabelMap;

class GeoTiffTest {
  private static final AnnotationExport.Options GEOTIFF =
      new AnnotationExport.Options(Set.of(LabelFormat.GEOTIFF), CocoShape.RLE);

  @TempDir Path folder;

  private List<String> write(LabelMap map, List<Path> images) {
    var messages = new ArrayList<String>();
    var paths = images.stream().map(file -> String.valueOf(file.getFileName())).toList();
    try (var export =
        AnnotationExport.open(GEOTIFF, folder, LabelMaps.data(), paths, messages::add)) {
      for (int i = 0; i < images.size(); i++) {
        var name = paths.get(i).replaceFirst("\\.[a-z]+$", "");
        export.prepare(new LabelledImage(i, name, paths.get(i), images.get(i), map, null)).append();
        ImageWriter.writePng(map, folder.resolve("truth", name + ".png"));
      }
      var geotiffs = folder.resolve("geotiff");
      assertEquals(Files.exists(geotiffs) ? List.of(geotiffs) : List.of(), export.finish());
    }
    return messages;
  }

  private static LabelMap labels() {
    var labels = new int[60 * 40];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 60 / 9 == 6 ? 255 : i % 60 / 9;
    }
    return LabelMaps.of(60, labels);
  }

  /// tifffile and rasterio find in the label maps the tags and places of the images, whatever their
  /// byte order, sample type and compression.
  @Test
  void labelsHaveThePlacesOfTheirImages()
      throws IOException, InterruptedException, URISyntaxException {
    var modules = "rasterio, tifffile, PIL";
    var made = PythonTorch.runWith(modules, "geo_tiffs.py", "make", folder).lines().toList();
    assertEquals("11", made.getLast());
    List<Path> images;
    try (var files = Files.list(folder)) {
      images = files.filter(file -> file.toString().endsWith(".tif")).sorted().toList();
    }
    var messages = write(labels(), images);
    assertEquals(
        List.of(
            "1 of 11 images are no GeoTIFF with a place on the earth, so their labels are not in "
                + folder.resolve("geotiff")),
        messages);
    assertFalse(Files.exists(folder.resolve("geotiff/plain.tif")));
    var checked = PythonTorch.runWith(modules, "geo_tiffs.py", "check", folder).lines().toList();
    assertTrue(checked.getLast().startsWith("files 10 tags "), checked.toString());
  }

  /// A small GeoTIFF of one pixel scale, whose labels are read back with the same tag.
  @Test
  void tagsAreCopied() throws IOException {
    var image = Files.write(folder.resolve("a.tif"), tiff(ByteOrder.BIG_ENDIAN));
    assertEquals(List.of(), write(LabelMaps.of(2, 0, 1, 2, 255), List.of(image)));
    var copy = GeoTags.read(folder.resolve("geotiff/a.tif")).orElseThrow();
    assertEquals(2, copy.widthPx());
    assertEquals(2, copy.heightPx());
    assertEquals(1, copy.fields().size());
    assertEquals(33550, copy.fields().getFirst().getTagNumber());
    assertEquals(0.25, copy.fields().getFirst().getAsDouble(2));
  }

  private static byte[] tiff(ByteOrder order) {
    var file = ByteBuffer.allocate(8 + 2 + 3 * 12 + 4 + 24).order(order);
    file.putShort((short) (order == ByteOrder.BIG_ENDIAN ? 0x4D4D : 0x4949));
    file.putShort((short) 42).putInt(8).putShort((short) 3);
    file.putShort((short) 256)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) 2)
        .putShort((short) 0);
    file.putShort((short) 257).putShort((short) 4).putInt(1).putInt(2);
    file.putShort((short) 33550).putShort((short) 12).putInt(3).putInt(50).putInt(0);
    return file.putDouble(2).putDouble(0.5).putDouble(0.25).array();
  }

  /// Files without tags, damaged ones and other sizes make no file; the reason is told.
  @Test
  void whatHasNoPlaceMakesNoFile() throws IOException {
    var png = folder.resolve("a.png");
    ImageWriter.writePng(LabelMaps.of(2, 0, 1, 2, 255), png);
    var empty = Files.write(folder.resolve("b.tif"), new byte[0]);
    var good = tiff(ByteOrder.LITTLE_ENDIAN);
    var cut = Files.write(folder.resolve("c.tif"), cut(good));
    var messages = write(LabelMaps.of(2, 0, 1, 2, 255), List.of(png, empty, cut));
    assertEquals(2, messages.size());
    assertEquals(
        "no GeoTIFF for %s: the TIFF is cut off, or its tags are damaged".formatted(cut),
        messages.getFirst());
    assertTrue(messages.getLast().startsWith("3 of 3 images"), messages.toString());
    var other = Files.write(folder.resolve("d.tif"), good);
    assertEquals(
        "no GeoTIFF for %s: its first image is 2×2 px, and the labels are 1×2".formatted(other),
        write(LabelMaps.of(1, 0, 1), List.of(other)).getFirst());
    assertFalse(Files.exists(folder.resolve("geotiff")));
  }

  private static byte[] cut(byte[] file) {
    return Arrays.copyOf(file, file.length - 1);
  }

  /// Damaged tags are an I/O error or nothing, and take no time or memory.
  @Test
  void damagedTagsAreRefused() throws IOException {
    var random = new Random(2);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      var bytes = tiff(i % 2 == 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
      for (int j = 0; j <= i % 3; j++) {
        bytes[random.nextInt(bytes.length - 24)] = (byte) random.nextInt(256);
      }
      var file = Files.write(folder.resolve("x.tif"), bytes);
      try {
        GeoTags.read(file);
      } catch (IOException e) {
        refused++;
      }
    }
    assertTrue(refused > 300, refused + " refused");
  }
}
