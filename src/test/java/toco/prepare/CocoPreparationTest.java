package toco.prepare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.prepare.MiniVoc.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.data.OneHotNpy;
import toco.download.Source;
import toco.files.FreeSpace;
import toco.image.MaskDecoder;
import toco.prepare.PublishedLists.Names;

class CocoPreparationTest {
  private static final String DOG = "COCO_train2014_000000000009";
  private static final String NOTHING = "COCO_train2014_000000000025";
  private static final String PERSON = "COCO_val2014_000000000042";
  private static final String BOTH = "COCO_val2014_000000000073";

  @TempDir Path folder;
  private Path from;
  private Path root;
  private final List<String> messages = new ArrayList<>();

  @BeforeEach
  void writeArchives() throws IOException {
    from = folder.resolve("from");
    root = folder.resolve("root");
    zip("train2014.zip", Map.of(image(DOG), MiniVoc.jpeg(1), image(NOTHING), MiniVoc.jpeg(2)));
    zip("val2014.zip", Map.of(image(PERSON), MiniVoc.jpeg(3), image(BOTH), MiniVoc.jpeg(4)));
    zip(
        "annotations.zip",
        Map.of(
            "annotations/instances_train2014.json",
            instances(List.of(DOG, NOTHING), object(0, 18, 4)),
            "annotations/instances_val2014.json",
            instances(List.of(PERSON, BOTH), object(0, 1, 12), object(1, 18, 12), object(1, 1, 4)),
            "annotations/captions_val2014.json",
            new byte[3]));
  }

  private static String image(String name) {
    return name.split("_")[1] + "/" + name + ".jpg";
  }

  private void zip(String name, Map<String, byte[]> files) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var zip = new ZipOutputStream(bytes)) {
      for (var file : new TreeMap<>(files).entrySet()) {
        zip.putNextEntry(new ZipEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeEntry();
      }
    }
    write(from.resolve(name), bytes.toByteArray());
  }

  /// The images are 4×3 px.
  private static byte[] instances(List<String> names, String... objects) {
    var images = new ArrayList<String>();
    for (int i = 0; i < names.size(); i++) {
      images.add(
          "{\"id\":%s,\"file_name\":\"%s.jpg\",\"width\":4,\"height\":3}"
              .formatted(i, names.get(i)));
    }
    return ("{\"images\":%s,\"annotations\":%s,\"categories\":[{\"id\":1,\"name\":\"person\"},"
            + "{\"id\":18,\"name\":\"dog\"}]}")
        .formatted(images, List.of(objects))
        .getBytes(StandardCharsets.UTF_8);
  }

  /// An object on the first pixels, column by column.
  private static String object(int image, int category, int pixels) {
    return ("{\"image_id\":%s,\"category_id\":%s,\"area\":%s,"
            + "\"segmentation\":{\"size\":[3,4],\"counts\":[0,%s]}}")
        .formatted(image, category, pixels, pixels);
  }

  private CocoRelease release() {
    return new CocoRelease(
        source("train2014.zip"),
        source("val2014.zip"),
        source("annotations.zip"),
        new Names("train.txt", 1, null),
        new Names("val_part.txt", 1, null),
        new Names("val.txt", 2, null));
  }

  private static Source source(String name) {
    return new Source(name, List.of("http://localhost:1/"), null, null, "");
  }

  private Prepared prepare() {
    var listener =
        new PrepareListener() {
          @Override
          public void onProgress(String what, int done, int total) {
            messages.add("%s %s/%s".formatted(what, done, total));
          }

          @Override
          public void onBytes(String name, long done, long total) {}

          @Override
          public void onMessage(String line) {
            messages.add(line);
          }
        };
    var options = new PrepareOptions(root, from.toString(), true, false, false);
    return CocoPreparation.run(
        release(),
        new Workplace(options, root, new ArchiveStore(options, listener), FreeSpace::of, listener));
  }

  @Test
  void listsLabelsAndMasksAreMade() throws IOException {
    var prepared = prepare();
    assertEquals(Map.of("train", 1, "val", 2, "val_part", 1), prepared.lists());
    assertEquals(
        new TreeSet<>(
            List.of(
                "annotations/instances_train2014.json",
                "annotations/instances_val2014.json",
                image(DOG),
                image(PERSON),
                image(BOTH),
                "SegmentationClass/val2014/" + PERSON + ".png",
                "SegmentationClass/val2014/" + BOTH + ".png",
                "lists/train.txt",
                "lists/val.txt",
                "lists/val_part.txt",
                "lists/cls_labels_onehot.npy",
                "prepared.json")),
        VocCase.files(root));
    assertEquals(List.of(PERSON, BOTH), Files.readAllLines(root.resolve("lists/val.txt")));
    assertEquals(List.of(PERSON), Files.readAllLines(root.resolve("lists/val_part.txt")));
    var labels = OneHotNpy.read(root.resolve("lists/cls_labels_onehot.npy"));
    assertEquals(1, labels.get(DOG)[16]);
    assertEquals(0, labels.get(DOG)[0]);
    assertEquals(1, labels.get(BOTH)[0]);
    try (var arena = Arena.ofConfined()) {
      var mask =
          MaskDecoder.decode(root.resolve("SegmentationClass/val2014/" + BOTH + ".png"), arena);
      assertArrayEquals(
          new byte[] {1, 1, 17, 17, 1, 17, 17, 17, 1, 17, 17, 17},
          mask.labels().toArray(ValueLayout.JAVA_BYTE),
          "the smaller region is seen");
    }
    messages.clear();
    prepare();
    assertEquals(List.of(root + " was prepared before"), messages);
  }

  @Test
  void anInterruptedRunIsResumed() throws IOException {
    prepare();
    Files.delete(root.resolve("prepared.json"));
    Files.delete(root.resolve(image(BOTH)));
    Files.delete(root.resolve("SegmentationClass/val2014/" + BOTH + ".png"));
    Files.delete(from.resolve("train2014.zip")); // nothing of it is missing
    messages.clear();
    prepare();
    assertTrue(messages.contains("unpacking val2014.zip 1/1"), messages.toString());
    assertTrue(messages.contains("masks of val2014 1/1"), messages.toString());
  }

  @Test
  void whatWasUnpackedByHandIsLinked() throws IOException {
    var names = List.of(DOG, NOTHING);
    write(from.resolve(image(DOG)), MiniVoc.jpeg(1));
    write(from.resolve(image(PERSON)), MiniVoc.jpeg(1));
    write(from.resolve(image(BOTH)), MiniVoc.jpeg(1));
    write(from.resolve("annotations/instances_train2014.json"), instances(names, object(0, 18, 4)));
    write(
        from.resolve("annotations/instances_val2014.json"),
        instances(List.of(PERSON, BOTH), object(0, 1, 12), object(1, 18, 12)));
    for (var archive : List.of("train2014.zip", "val2014.zip", "annotations.zip")) {
      Files.delete(from.resolve(archive));
    }
    assertEquals(3, prepare().images());
    assertTrue(Files.isSymbolicLink(root.resolve("val2014")));
  }

  /// A photograph whose bytes changed in the archive has another checksum than its entry.
  @Test
  void aDamagedPhotographIsNamed() throws IOException {
    var archive = from.resolve("val2014.zip");
    var bytes = Files.readAllBytes(archive);
    bytes[100] ^= 4; // in the first entry's data
    write(archive, bytes);
    VocCase.refused(this::prepare, archive + " is damaged at val2014/" + PERSON + ".jpg");
    write(archive, Arrays.copyOf(bytes, bytes.length - 30));
    VocCase.refused(this::prepare, archive + " is damaged in its directory");
  }
}
