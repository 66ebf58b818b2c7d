package toco.prepare;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import toco.download.Checksum;
import toco.download.Source;
import toco.files.Sha256;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Picture;
import toco.prepare.PublishedLists.Names;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Sinks;

/// Miniature archives like those of VOC 2012 and SBD: two training images, one validation image;
/// SBD annotates one of each and two others.
public final class MiniVoc {
  static final List<String> TRAIN = List.of("2007_000032", "2007_000039");
  static final List<String> VAL = List.of("2007_000033");
  static final List<String> AUG =
      List.of("2007_000032", "2007_000039", "2008_000002", "2008_000008");
  static final List<String> ALL =
      List.of("2007_000032", "2007_000033", "2007_000039", "2008_000002", "2008_000008");

  private static final int[][] SBD_LABELS = {{0, 8, 8, 0}, {0, 0, 20, 0}, {0, 0, 0, 0}};

  /// Images that no list names.
  private static final List<String> OTHERS = List.of("2009_000001");

  private MiniVoc() {}

  /// The files of VOC's archive, by their path in the folder at its top.
  static Map<String, byte[]> voc() {
    var files = new LinkedHashMap<String, byte[]>();
    var names = new ArrayList<>(ALL);
    names.addAll(OTHERS);
    for (var name : names) {
      files.put("JPEGImages/" + name + ".jpg", jpeg(name.hashCode()));
      files.put("Annotations/" + name + ".xml", xml("person", name.endsWith("2") ? "cat" : "dog"));
      files.put("SegmentationObject/" + name + ".png", mask(0));
    }
    for (var name : List.of(TRAIN.get(0), TRAIN.get(1), VAL.get(0))) {
      files.put("SegmentationClass/" + name + ".png", mask(15));
    }
    files.put("ImageSets/Segmentation/train.txt", lines(TRAIN.reversed()));
    files.put("ImageSets/Segmentation/val.txt", lines(VAL));
    files.put("ImageSets/Main/train.txt", lines(OTHERS));
    return files;
  }

  /// The files of SBD's archive, the same.
  static Map<String, byte[]> sbd() {
    var files = new LinkedHashMap<String, byte[]>();
    for (var name : List.of("2007_000032", "2007_000033", "2008_000002", "2008_000008")) {
      files.put("dataset/cls/" + name + ".mat", mat(SBD_LABELS));
      files.put("dataset/img/" + name + ".jpg", new byte[] {1});
    }
    files.put("dataset/val.txt", lines(List.of("2007_000033", "2008_000002")));
    files.put("dataset/train.txt", lines(List.of("2008_000008", "2007_000032")));
    return files;
  }

  static byte[] xml(String... classes) {
    var objects = new StringBuilder();
    for (var name : classes) {
      objects.append("<object><name>%s</name><difficult>1</difficult></object>".formatted(name));
    }
    return ("<annotation>" + objects + "</annotation>").getBytes(StandardCharsets.UTF_8);
  }

  /// A photograph of 4×3 px in one colour.
  static byte[] jpeg(int rgb) {
    var image = new int[12];
    Arrays.fill(image, rgb & 0xFFFFFF);
    return ImageWriter.jpeg(new Picture(image, 4, 3), 0.9f);
  }

  /// A palette PNG of one label.
  static byte[] mask(int label) {
    var labels = new byte[12];
    Arrays.fill(labels, (byte) label);
    return ImageWriter.png(new LabelMap(MemorySegment.ofArray(labels), 4, 3));
  }

  static byte[] lines(List<String> names) {
    return (String.join("\n", names) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /// A compressed MATLAB 5 file with the struct of SBD's.
  ///
  /// @param rows labels
  static byte[] mat(int[][] rows) {
    var labels = Mat5.newMatrix(rows.length, rows[0].length, MatlabType.UInt8);
    for (int y = 0; y < rows.length; y++) {
      for (int x = 0; x < rows[0].length; x++) {
        labels.setInt(y, x, rows[y][x]);
      }
    }
    var struct = Mat5.newStruct();
    struct.set("Boundaries", Mat5.newCell(2, 1));
    struct.set("Segmentation", labels);
    struct.set("CategoriesPresent", Mat5.newScalar(8));
    var buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.nativeOrder());
    try (var file = Mat5.newMatFile().addArray("GTcls", struct)) {
      Mat5.newWriter(Sinks.wrap(buffer)).setDeflateLevel(Deflater.BEST_COMPRESSION).writeMat(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /// A tar archive of files.
  ///
  /// @param top the folder at its top, which may be empty
  static byte[] tar(String top, Map<String, byte[]> files) {
    var out = new ByteArrayOutputStream();
    writeTar(out, top, files);
    return out.toByteArray();
  }

  static byte[] gzip(byte[] content) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void writeTar(OutputStream out, String top, Map<String, byte[]> files) {
    try (var tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      for (var file : files.entrySet()) {
        var entry = new TarArchiveEntry(top + file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Writes both archives to a folder.
  public static void writeArchives(Path folder) {
    write(folder.resolve("voc.tar"), tar("VOCdevkit/VOC2012/", voc()));
    write(folder.resolve("benchmark.tgz"), gzip(tar("benchmark_RELEASE/", sbd())));
  }

  static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The release of which these archives are the published ones.
  static VocRelease release(Path folder) {
    return new VocRelease(
        source(folder.resolve("voc.tar")),
        source(folder.resolve("benchmark.tgz")),
        names("train.txt", TRAIN),
        names("val.txt", VAL),
        names("train_aug.txt", AUG));
  }

  private static Source source(Path archive) {
    try {
      return new Source(
          archive.getFileName().toString(),
          List.of("http://localhost:1/"), // nothing is there
          Files.size(archive),
          Checksum.sha256(Sha256.ofFile(archive)),
          "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Names names(String file, List<String> names) {
    return new Names(file, names.size(), Sha256.ofLines(names));
  }
}
