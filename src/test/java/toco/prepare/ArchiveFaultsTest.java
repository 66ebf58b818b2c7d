package toco.prepare;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.prepare.MiniVoc.gzip;
import static toco.prepare.MiniVoc.tar;
import static toco.prepare.MiniVoc.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.download.FileServer;
import toco.files.RefusingFileSystem;

/// Archives that are other ones, damaged, hostile or missing, servers with faults, full disks.
class ArchiveFaultsTest extends VocCase {
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
    var both = Arrays.copyOf(first, 1024 + tar("", MiniVoc.voc()).length);
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
    var out = new ByteArrayOutputStream();
    try (var tar = new TarArchiveOutputStream(out)) {
      var link = new TarArchiveEntry("JPEGImages/2007_000032.jpg", (byte) '2');
      link.setLinkName("/etc/passwd");
      tar.putArchiveEntry(link);
      tar.closeArchiveEntry();
    }
    var files = MiniVoc.voc();
    files.remove("JPEGImages/2007_000032.jpg");
    var rest = tar("", files);
    var both = Arrays.copyOf(out.toByteArray(), 512 + rest.length);
    System.arraycopy(rest, 0, both, 512, rest.length);
    write(from.resolve("voc.tar"), both);
    refused(this::prepare, "JPEGImages/2007_000032.jpg is a link or device");
  }

  @Test
  void anotherArchiveIsRefusedUnlessDifferencesAreAllowed() throws IOException {
    var release = MiniVoc.release(from);
    var archive = from.resolve("voc.tar");
    try (var channel = FileChannel.open(archive, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {'X'}), 600); // in the first image
    }
    refused(
        () -> prepare(release, options(from.toString())),
        archive + " is not the published archive: its SHA-256 is");
    var options = new PrepareOptions(root, from.toString(), true, false, true);
    assertEquals(5, prepare(release, options).images());
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
        () -> prepare(release, options(from.toString())),
        "train.txt of " + from.resolve("voc.tar") + ": expected 1,464 names, got 2");
    prepare(release, new PrepareOptions(root, from.toString(), true, false, true));
  }

  /// A damaged archive is named with the place, and what was written before is kept whole.
  @Test
  void anArchiveThatIsCutOffIsNamed() throws IOException {
    for (var name : List.of("voc.tar", "benchmark.tgz")) {
      MiniVoc.writeArchives(from);
      var bytes = Files.readAllBytes(from.resolve(name));
      write(from.resolve(name), Arrays.copyOf(bytes, bytes.length * 2 / 3));
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
        () -> prepare(release, options(from.toString())),
        from + " holds no voc.tar; download it from http://localhost:1/");
    refused(
        () -> prepare(release, options(folder + "/none")),
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

  /// The disk is full in the middle: the error names the file, nothing half is left, and after
  /// space was freed the same call finishes.
  @Test
  void aDiskThatIsFullInTheMiddleLosesNothing() throws IOException {
    var full =
        new RefusingFileSystem() {
          @Override
          protected void onWrite(long position) throws IOException {
            if (Files.exists(root.resolve("JPEGImages/2007_000033.jpg"))) {
              throw new IOException("No space left on device");
            }
          }
        };
    var options = new PrepareOptions(full.path(root), from.toString(), true, false, false);
    var thrown =
        assertThrows(
            UncheckedIOException.class,
            () -> prepare(MiniVoc.release(from), options, _ -> Long.MAX_VALUE));
    assertTrue(String.valueOf(thrown.getMessage()).contains("No space left on device"));
    assertTrue(complete().containsAll(without(files(root), ".toco-prepare.lock")));
    assertFalse(Files.exists(root.resolve("prepared.json")));
    prepare();
    assertEquals(complete(), files(root));
  }

  private static TreeSet<String> without(TreeSet<String> names, String name) {
    names.remove(name);
    return names;
  }

  @Test
  void archivesAreDownloadedResumedAndVerified() throws IOException {
    var release = MiniVoc.release(from);
    try (var server = new FileServer()) {
      for (var name : List.of("voc.tar", "benchmark.tgz")) {
        server.with("/mirror/" + name, Files.readAllBytes(from.resolve(name)));
      }
      server.failing(server.cutAfter(3000), server.cutAfter(2000));
      prepare(release, options(server.url("/mirror")));
      assertTrue(server.requests.size() >= 4, server.requests.toString());
    }
    var expected = complete();
    expected.addAll(List.of("archives/voc.tar", "archives/benchmark.tgz"));
    assertTrue(files(root).containsAll(expected), files(root).toString());
    assertTrue(
        messages.stream().anyMatch(line -> line.contains("archives/voc.tar is kept (")),
        messages.toString());

    prepare(release, new PrepareOptions(root, null, true, true, false)); // the archives are deleted
    assertFalse(Files.exists(root.resolve("archives/voc.tar")));
  }

  @Test
  void aWrongArchiveOfAServerIsNotUsed() throws IOException {
    var release = MiniVoc.release(from);
    var other = Files.readAllBytes(from.resolve("voc.tar"));
    other[600] ^= 1;
    try (var server = new FileServer().with("/voc.tar", other)) {
      refused(() -> prepare(release, options(server.url("/"))), "SHA-256");
    }
    assertFalse(Files.exists(root.resolve("archives/voc.tar")));
    assertFalse(Files.exists(root.resolve("JPEGImages")));
  }
}
