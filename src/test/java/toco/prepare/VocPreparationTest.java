package toco.prepare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.prepare.MiniVoc.ALL;
import static toco.prepare.MiniVoc.gzip;
import static toco.prepare.MiniVoc.tar;
import static toco.prepare.MiniVoc.write;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.config.Layout;
import toco.data.ClassLabels;
import toco.data.DataException;
import toco.data.OneHotNpy;
import toco.files.FreeSpace;
import toco.image.MaskDecoder;

class VocPreparationTest {
  @TempDir Path folder;
  private Path from;
  private Path root;
  private final List<String> messages = new ArrayList<>();

  @BeforeEach
  void writeArchives() {
    from = folder.resolve("from");
    root = folder.resolve("root");
    MiniVoc.writeArchives(from);
  }

  private Prepared prepare() {
    return prepare(options(from.toString()));
  }

  private PrepareOptions options(String from) {
    return new PrepareOptions(root, from, true, false, false);
  }

  private Prepared prepare(PrepareOptions options) {
    return prepare(MiniVoc.release(from), options, FreeSpace::of);
  }

  private Prepared prepare(
      VocRelease release, PrepareOptions options, Workplace.FreeBytes freeSpace) {
    var listener =
        new PrepareListener() {
          @Override
          public void onProgress(String what, int done, int total) {
            messages.add("%s %s/%s".formatted(what, done, total));
          }

          @Override
          public void onMessage(String line) {
            messages.add(line);
          }
        };
    return VocPreparation.run(
        release,
        new Workplace(
            options,
            VocPreparation.home(root),
            new ArchiveStore(options, listener),
            freeSpace,
            listener));
  }

  private static TreeSet<String> files(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      var names = new TreeSet<String>();
      files
          .filter(Files::isRegularFile)
          .forEach(file -> names.add(folder.relativize(file).toString()));
      return names;
    }
  }

  /// Everything that a complete data set has, and nothing else.
  private static TreeSet<String> complete() {
    var names = new TreeSet<String>();
    for (var name : ALL) {
      names.add("JPEGImages/" + name + ".jpg");
      names.add("Annotations/" + name + ".xml");
      names.add("SegmentationClassAug/" + name + ".png");
    }
    names.addAll(
        List.of(
            "lists/train.txt",
            "lists/val.txt",
            "lists/train_aug.txt",
            "lists/cls_labels_onehot.npy",
            "prepared.json"));
    return names;
  }

  private List<Integer> labels(String name) {
    try (var arena = Arena.ofConfined()) {
      var file = root.resolve("SegmentationClassAug/" + name + ".png");
      var map = MaskDecoder.decode(file, arena);
      var labels = new ArrayList<Integer>();
      for (var value : map.labels().toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)) {
        labels.add(value & 0xFF);
      }
      return labels;
    }
  }

  @Test
  void onlyWhatIsNeededIsUnpackedAndListsLabelsAndMasksAreMade() throws IOException {
    var prepared = prepare();
    assertEquals(complete(), files(root));
    assertEquals(Map.of("train", 2, "val", 1, "train_aug", 4), prepared.lists());
    assertEquals(5, prepared.images());
    assertEquals(5, prepared.masks());
    assertEquals(List.of(), prepared.settings());
    assertEquals(MiniVoc.AUG, Files.readAllLines(root.resolve("lists/train_aug.txt")));
    assertEquals(MiniVoc.TRAIN, Files.readAllLines(root.resolve("lists/train.txt")), "sorted");
    assertEquals(MiniVoc.VAL, Files.readAllLines(root.resolve("lists/val.txt")));
    assertArrayEquals(
        MiniVoc.voc().get("JPEGImages/2008_000008.jpg"),
        Files.readAllBytes(root.resolve("JPEGImages/2008_000008.jpg")));

    var labels = OneHotNpy.read(root.resolve("lists/cls_labels_onehot.npy"));
    assertEquals(ALL, labels.keySet().stream().sorted().toList());
    var classes = Layout.VOC.classNames();
    var values = labels.get("2007_000032");
    assertEquals(1, values[classes.indexOf("cat")]);
    assertEquals(1, values[classes.indexOf("person")]);
    assertEquals(0, values[classes.indexOf("dog")]);

    assertEquals(List.of(0, 8, 8, 0, 0, 20), labels("2008_000002"), "SBD's");
    assertTrue(labels("2007_000032").stream().allMatch(label -> label == 15), "VOC's first");
    assertTrue(prepared.text().contains("train 2, val 1, train_aug 4"), prepared.text());
  }

  @Test
  void aSecondRunNeedsNoArchives() throws IOException {
    prepare();
    var before = Files.getLastModifiedTime(root.resolve("lists/train.txt"));
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("voc.tar"));
    messages.clear();
    var prepared = prepare(release, options(from.toString()), FreeSpace::of);
    assertEquals(5, prepared.images());
    assertEquals(before, Files.getLastModifiedTime(root.resolve("lists/train.txt")));
    assertEquals(List.of(root + " was prepared before"), messages);
  }

  /// However far an earlier run came, the next one makes the same, and unpacks only what is
  /// missing.
  @Test
  void anInterruptedRunIsResumed() throws IOException {
    prepare();
    var whole = new LinkedHashMap<String, byte[]>();
    for (var name : complete()) {
      whole.put(name, Files.readAllBytes(root.resolve(name)));
    }
    Files.delete(root.resolve("prepared.json"));
    Files.delete(root.resolve("lists/cls_labels_onehot.npy"));
    Files.delete(root.resolve("JPEGImages/2008_000008.jpg"));
    Files.delete(root.resolve("SegmentationClassAug/2008_000008.png"));
    Files.write(root.resolve("Annotations/2007_000032.xml"), new byte[] {1}); // of another program
    Files.write(root.resolve("JPEGImages/.0123456789abcdef.tmp"), new byte[7]); // of a killed one
    messages.clear();
    prepare();
    assertTrue(messages.contains("unpacking voc.tar 2/2"), messages.toString());
    assertTrue(messages.contains("unpacking benchmark.tgz 1/1"), messages.toString());
    assertEquals(complete(), files(root));
    for (var file : whole.entrySet()) {
      assertArrayEquals(
          file.getValue(), Files.readAllBytes(root.resolve(file.getKey())), file.getKey());
    }
  }

  @Test
  void withoutSbdThereIsNoTrainAug() throws IOException {
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("benchmark.tgz"));
    var prepared = prepare(release, options(from.toString()), FreeSpace::of);
    assertEquals(Map.of("train", 2, "val", 1), prepared.lists());
    assertEquals(3, prepared.images());
    assertEquals(List.of("data.trainList=lists/train.txt"), prepared.settings());
    assertFalse(Files.exists(root.resolve("lists/train_aug.txt")));

    MiniVoc.writeArchives(from); // now it is there
    assertEquals(4, prepare().lists().get("train_aug"));
    assertEquals(complete(), files(root));
    assertEquals(ALL.size(), OneHotNpy.read(root.resolve("lists/cls_labels_onehot.npy")).size());
  }

  @ParameterizedTest
  @ValueSource(strings = {"VOCdevkit/VOC2012", "VOC2012", "."})
  void anUnpackedReleaseUnderTheRootIsUsedWhereItIs(String below) throws IOException {
    var home = root.resolve(below).normalize();
    MiniVoc.voc().forEach((name, content) -> write(home.resolve(name), content));
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("voc.tar"));
    var prepared = prepare(release, options(from.toString()), FreeSpace::of);
    assertEquals(home, prepared.root());
    assertEquals(5, prepared.masks());
    assertTrue(files(home).containsAll(complete()));
    assertTrue(messages.stream().noneMatch(line -> line.contains(".jpg")), messages.toString());
  }

  @Test
  void anUnpackedReleaseElsewhereIsLinked() throws IOException {
    MiniVoc.voc()
        .forEach((name, content) -> write(from.resolve("VOCdevkit/VOC2012/" + name), content));
    MiniVoc.sbd()
        .forEach((name, content) -> write(from.resolve("benchmark_RELEASE/" + name), content));
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("voc.tar"));
    Files.delete(from.resolve("benchmark.tgz"));
    assertEquals(5, prepare(release, options(from.toString()), FreeSpace::of).masks());
    assertTrue(Files.isSymbolicLink(root.resolve("JPEGImages")));
    assertTrue(Files.isRegularFile(root.resolve("JPEGImages/2008_000008.jpg")));
    assertEquals(4, Files.readAllLines(root.resolve("lists/train_aug.txt")).size());
  }

  @Test
  void theUsersFilesAreKept() throws IOException {
    var mask = MiniVoc.mask(7);
    write(root.resolve("SegmentationClassAug/2007_000033.png"), mask);
    write(root.resolve("lists/val.txt"), MiniVoc.lines(MiniVoc.VAL.reversed()));
    prepare();
    assertArrayEquals(
        mask, Files.readAllBytes(root.resolve("SegmentationClassAug/2007_000033.png")));

    Files.delete(root.resolve("prepared.json"));
    write(root.resolve("lists/val.txt"), MiniVoc.lines(List.of("2007_000999")));
    refused(this::prepare, "lists/val.txt lists other names than the archives; move it away");
  }

  @Test
  void thePublishedLabelsAreComparedWithTheAnnotations() throws IOException {
    prepare();
    var file = root.resolve("lists/cls_labels_onehot.npy");
    var labels = OneHotNpy.read(file);
    Files.delete(root.resolve("prepared.json"));
    messages.clear();
    prepare();
    assertTrue(messages.contains(file + " has the same labels for 5 images"), messages.toString());

    labels.get("2007_000039")[3] = 1;
    OneHotNpy.write(file, labels);
    Files.delete(root.resolve("prepared.json"));
    refused(this::prepare, "other labels for '2007_000039' than the annotations");
    assertEquals(1, ClassLabels.read(file, Layout.VOC.classNames()).multiHot("2007_000039")[3]);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "./", "TrainVal/VOCdevkit/VOC2011/", "./VOCdevkit/VOC2012/"})
  void theTopFolderDoesNotMatter(String top) throws IOException {
    write(from.resolve("voc.tar"), tar(top, MiniVoc.voc()));
    prepare();
    assertEquals(complete(), files(root));
  }

  @Test
  void ofTwoTopFoldersThatOf2012IsTaken() throws IOException {
    var files = new LinkedHashMap<String, byte[]>();
    MiniVoc.voc()
        .forEach((name, content) -> {
          files.put("VOCdevkit/VOC2007/" + name, new byte[0]);
          files.put("VOCdevkit/VOC2012/" + name, content);
        });
    write(from.resolve("voc.tar"), tar("", files));
    prepare();
    assertEquals(complete(), files(root));
    assertTrue(Files.size(root.resolve("JPEGImages/2007_000032.jpg")) > 0);
  }

  @Test
  void ofTwoEntriesTheLastCounts() throws IOException {
    var first = tar("", Map.of("JPEGImages/2007_000032.jpg", new byte[] {1, 2}));
    var both = java.util.Arrays.copyOf(first, 1024 + tar("", MiniVoc.voc()).length);
    System.arraycopy(tar("", MiniVoc.voc()), 0, both, 1024, both.length - 1024);
    write(from.resolve("voc.tar"), both);
    prepare();
    assertArrayEquals(
        MiniVoc.voc().get("JPEGImages/2007_000032.jpg"),
        Files.readAllBytes(root.resolve("JPEGImages/2007_000032.jpg")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x.jpg", "/etc/x", "VOCdevkit/../../x", "C:\\x", "a\\..\\..\\x"})
  void anArchiveThatWouldWriteElsewhereIsRefused(String hostile) throws IOException {
    var files = MiniVoc.voc();
    files.put(hostile, new byte[] {1});
    write(from.resolve("voc.tar"), tar("", files));
    refused(this::prepare, "voc.tar holds '" + hostile + "', which would be outside its folder");
    assertEquals(new TreeSet<>(List.of(".toco-prepare.lock")), files(root));
  }

  @Test
  void aLinkInThePlaceOfAnImageIsRefused() throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    try (var tar = new org.apache.commons.compress.archivers.tar.TarArchiveOutputStream(out)) {
      var link =
          new org.apache.commons.compress.archivers.tar.TarArchiveEntry(
              "JPEGImages/2007_000032.jpg", (byte) '2');
      link.setLinkName("/etc/passwd");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
    var files = MiniVoc.voc();
    files.remove("JPEGImages/2007_000032.jpg");
    var rest = tar("", files);
    var both = java.util.Arrays.copyOf(out.toByteArray(), 512 + rest.length);
    System.arraycopy(rest, 0, both, 512, rest.length);
    write(from.resolve("voc.tar"), both);
    refused(this::prepare, "JPEGImages/2007_000032.jpg is a link or device");
  }

  @Test
  void anotherArchiveIsRefusedUnlessDifferencesAreAllowed() throws IOException {
    var release = MiniVoc.release(from);
    var archive = from.resolve("voc.tar");
    try (var channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[] {'X'}), 600); // in the first image
    }
    refused(
        () -> prepare(release, options(from.toString()), FreeSpace::of),
        archive + " is not the published archive: expected SHA-256");
    var options = new PrepareOptions(root, from.toString(), true, false, true);
    assertEquals(5, prepare(release, options, FreeSpace::of).images());
    assertTrue(
        messages.stream().anyMatch(line -> line.contains("is not the published archive")),
        messages.toString());
  }

  @Test
  void otherListsAreRefusedUnlessDifferencesAreAllowed() {
    var mini = MiniVoc.release(from);
    var release =
        new VocRelease(
            mini.voc(),
            mini.sbd(),
            new PublishedLists.Names("train.txt", 1464, null),
            mini.val(),
            mini.aug());
    refused(
        () -> prepare(release, options(from.toString()), FreeSpace::of),
        "train.txt of " + from.resolve("voc.tar") + ": expected 1,464 names, got 2");
    prepare(release, new PrepareOptions(root, from.toString(), true, false, true), FreeSpace::of);
  }

  /// A damaged archive is named with the place, and what was written before is kept whole.
  @Test
  void anArchiveThatIsCutOffIsNamed() throws IOException {
    for (var name : List.of("voc.tar", "benchmark.tgz")) {
      MiniVoc.writeArchives(from);
      var bytes = Files.readAllBytes(from.resolve(name));
      write(from.resolve(name), java.util.Arrays.copyOf(bytes, bytes.length * 2 / 3));
      var thrown = refused(this::prepare, from.resolve(name) + " is damaged a");
      assertTrue(thrown.contains("get it again"), thrown);
    }
    MiniVoc.writeArchives(from);
    prepare();
    assertEquals(complete(), files(root));
  }

  @Test
  void aDamagedMaskIsNamed() {
    var files = MiniVoc.sbd();
    files.put("dataset/cls/2008_000002.mat", new byte[200]);
    write(from.resolve("benchmark.tgz"), gzip(tar("benchmark_RELEASE/", files)));
    refused(this::prepare, "benchmark_RELEASE/dataset/cls/2008_000002.mat is damaged or no mask");
    files.put("dataset/cls/2008_000002.mat", MiniVoc.mat(new int[][] {{0, 21}}));
    write(from.resolve("benchmark.tgz"), gzip(tar("benchmark_RELEASE/", files)));
    refused(this::prepare, "has the label 21 at x=1, y=0, expected 0…20");
  }

  @Test
  void aMissingImageIsNamed() {
    var files = MiniVoc.voc();
    files.remove("JPEGImages/2008_000002.jpg");
    write(from.resolve("voc.tar"), tar("VOCdevkit/VOC2012/", files));
    refused(this::prepare, "voc.tar has no VOCdevkit/VOC2012/JPEGImages/2008_000002.jpg");
  }

  @Test
  void aFullDiskIsNoticedBeforeAnythingIsWritten() throws IOException {
    refused(
        () -> prepare(MiniVoc.release(from), options(from.toString()), _ -> 1000),
        "unpacking needs 67.2 MB in " + root + ", but only 1.0 kB are free");
    assertEquals(new TreeSet<>(List.of(".toco-prepare.lock")), files(root));
  }

  @Test
  void aFolderWithoutTheArchiveIsRefused() throws IOException {
    var release = MiniVoc.release(from);
    Files.delete(from.resolve("voc.tar"));
    refused(
        () -> prepare(release, options(from.toString()), FreeSpace::of),
        from + " holds no voc.tar; download it from http://localhost:1/");
    refused(
        () -> prepare(release, options(folder + "/none"), FreeSpace::of),
        "there is no folder " + folder + "/none");
  }

  @Test
  void onlyOneProcessPreparesAFolder() throws IOException {
    Files.createDirectories(root);
    try (var channel =
            FileChannel.open(
                root.resolve(".toco-prepare.lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      refused(this::prepare, "another process is preparing " + root);
    }
  }

  private static String refused(org.junit.jupiter.api.function.Executable run, String message) {
    var thrown = assertThrows(DataException.class, run);
    assertTrue(String.valueOf(thrown.getMessage()).contains(message), () -> thrown.getMessage());
    return String.valueOf(thrown.getMessage());
  }
}
