package toco.annotation;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import toco.data.DataException;
import toco.files.AtomicFile;
import toco.files.Spool;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.VocPalette;

/// CVAT's archive "Segmentation mask 1.1", which is Pascal VOC's layout with a list of labels:
///
/// ```
/// labelmap.txt                          the classes and their colours
/// ImageSets/Segmentation/default.txt    the images
/// SegmentationClass/NAME.png            classes, in their colours
/// SegmentationObject/NAME.png           a colour for each connected region
/// ```
///
/// Ignored pixels belong to no region. In `SegmentationClass` they have VOC's cream, which is then
/// in the list of labels, as `ignored`.
final class CvatArchive implements GrowingFile {
  private static final int MAX_OBJECTS = 254; // 255 is VOC's number for pixels of no object
  private static final LocalDateTime TIME =
      LocalDateTime.of(1980, 1, 1, 0, 0); // equal labels give equal archives

  private final Path file;
  private final List<String> classNames;
  private final Spool archive;
  private final Spool names;
  private final ZipOutputStream zip;
  private boolean hasIgnored;

  /// @throws DataException if a class has a name that the list of labels cannot hold
  /// @throws IOException if the file's folder cannot be written
  CvatArchive(Path file, List<String> classNames) throws IOException {
    this.file = file;
    this.classNames = classNames;
    requireNames(classNames);
    var folder = file.toAbsolutePath().resolveSibling("");
    Files.createDirectories(folder);
    archive = Spool.in(folder);
    names = Spool.in(folder);
    zip = new ZipOutputStream(archive.out());
  }

  private static void requireNames(List<String> classNames) {
    for (var name : classNames) {
      boolean isPlain = name.chars().noneMatch(c -> c == ':' || Character.isISOControl(c));
      if (!isPlain || name.startsWith("#") || name.equals("background")) {
        throw new DataException(
            "CVAT's labelmap.txt cannot hold the class '%s': %s; rename it, or use the format coco"
                .formatted(
                    name,
                    name.equals("background")
                        ? "that is the label of pixels without a class"
                        : "a name may not begin with # or contain ':' or control characters"));
      }
    }
  }

  /// What of an image's name its line in the list of images cannot hold.
  private static boolean isListable(String name) {
    return !name.startsWith("#")
        && name.equals(name.strip())
        && name.chars().noneMatch(Character::isISOControl);
  }

  @Override
  public Addition encode(LabelledImage image) {
    if (!isListable(image.name())) {
      throw new InvalidPathException(
          image.name().replaceAll("\\p{Cntrl}", "?"),
          "a line of CVAT's list of images cannot begin with #, or with or end in a space");
    }
    var classes = ImageWriter.png(image.labels());
    var objects = ImageWriter.png(objects(image.labels()));
    boolean ignored = image.labels().histogram()[LabelMap.IGNORE] > 0;
    return () -> {
      add("SegmentationClass/" + image.name() + ".png", classes);
      add("SegmentationObject/" + image.name() + ".png", objects);
      names.out().write((image.name() + "\n").getBytes(StandardCharsets.UTF_8));
      hasIgnored |= ignored;
    };
  }

  /// Numbers the regions from 1. If there are more than colours, each class is one object.
  private static LabelMap objects(LabelMap map) {
    var regions = ConnectedRegions.of(map);
    var numbers = new byte[map.widthPx() * map.heightPx()];
    for (int i = 0; i < regions.size(); i++) {
      var region = regions.get(i);
      byte number = (byte) (regions.size() > MAX_OBJECTS ? region.label() : i + 1);
      region.forEachRun((x, y, length) -> {
        for (int j = 0; j < length; j++) {
          numbers[(y + j) * map.widthPx() + x] = number;
        }
      });
    }
    return new LabelMap(MemorySegment.ofArray(numbers), map.widthPx(), map.heightPx());
  }

  private void add(String name, byte[] content) throws IOException {
    var entry = new ZipEntry(name);
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  @Override
  public List<Path> finish() throws IOException {
    add("labelmap.txt", labelMap().getBytes(StandardCharsets.UTF_8));
    var list = new ZipEntry("ImageSets/Segmentation/default.txt");
    list.setTimeLocal(TIME);
    zip.putNextEntry(list);
    names.copyTo(Channels.newChannel(zip));
    zip.closeEntry();
    zip.finish();
    AtomicFile.writeDurably(file, archive::copyTo);
    return List.of(file);
  }

  private String labelMap() {
    var text = new StringBuilder("# label:color_rgb:parts:actions\n");
    text.append(line("background", 0));
    for (int k = 1; k <= classNames.size(); k++) {
      text.append(line(classNames.get(k - 1), k));
    }
    if (hasIgnored) {
      var taken = new HashSet<>(classNames);
      var name = "ignored";
      while (taken.contains(name)) {
        name += "_";
      }
      text.append(line(name, LabelMap.IGNORE));
    }
    return text.toString();
  }

  private static String line(String name, int label) {
    int rgb = VocPalette.rgb(label);
    return "%s:%s,%s,%s::\n".formatted(name, rgb >> 16, rgb >> 8 & 0xFF, rgb & 0xFF);
  }

  @Override
  public void close() throws IOException {
    try (archive;
        names) {
      // each is closed, whatever closing the other throws
    }
  }
}
