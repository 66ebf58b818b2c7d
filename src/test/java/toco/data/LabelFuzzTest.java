package toco.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.data.LabelFiles.PETS;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.Mutations;
import toco.config.Layout;
import toco.image.Resources;

/// Damaged label files are read, or rejected by a [DataException] that names the file: no other
/// exception, no hang, no disproportionate use of memory. More files with `-Dtoco.fuzz=20000`.
class LabelFuzzTest {
  private static final int FILES = Integer.getInteger("toco.fuzz", 1000);

  /// Limit of the memory that reading a file of a few kB may allocate, including the buffers of the
  /// JDK's XML parser; 3 MB were measured.
  private static final long MAX_BYTES = 32 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir Path folder;

  @Test
  void damagedCsv() {
    var csv =
        "\uFEFFname,label,label\r\nsub/a.jpg,cat,\"dog\"\r\n\"b \"\"1\"\", x.png\",teddy bear\nc\n";
    check("labels.csv", csv.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void damagedXml() {
    check("x/a.xml", VocAnnotationsTest.TWO.getBytes(StandardCharsets.UTF_8));
    var typed = "<?xml version='1.0' encoding='UTF-16'?>" + VocAnnotationsTest.TWO.substring(22);
    check("x/a.xml", typed.getBytes(StandardCharsets.UTF_16));
  }

  @Test
  void damagedJson() {
    check("labels.json", CocoInstancesTest.WHOLE.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void damagedFilesOfOtherTools() {
    check("cvat.xml", CvatAnnotationsTest.TASK.getBytes(StandardCharsets.UTF_8));
    check("tasks.json", LabelStudioTasksTest.TASKS.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void damagedNpy() throws IOException {
    var voc = Resources.bytes("data/photos/lists/cls_labels_onehot.npy");
    check("labels.npy", voc, Layout.VOC.classNames());
    for (var name : List.of("numpy1-protocol2", "numpy2-protocol5")) {
      check("labels.npy", Resources.bytes("one-hot/" + name + ".npy"));
    }
    var big = Resources.bytes("one-hot/float64-big-endian.npy");
    check("labels.npy", big, List.of("cat", "dog"));
    var own = new LinkedHashMap<String, float[]>();
    for (int i = 0; i < 40; i++) {
      own.put("image " + i, new float[] {i % 2, 1, 0});
    }
    OneHotNpy.write(folder.resolve("own.npy"), own);
    check("labels.npy", Files.readAllBytes(folder.resolve("own.npy")));
  }

  /// Every array of a dict refers to one long text, whose copies would take gigabytes.
  @Test
  void arraysThatShareOneTextDoNotMultiplyIt() {
    var pickle = new ByteArrayOutputStream();
    pickle.writeBytes(
        latin1("\u0080\u0002cnumpy.core.multiarray\n_reconstruct\nq\0cnumpy\nndarray\n"));
    pickle.writeBytes(latin1("q\1cnumpy\ndtype\nq\2U\2f4K\0K\1\u0087Rq\3T\0\0\20\0"));
    pickle.writeBytes(new byte[1 << 20]); // 1 MB, as the opcode before it says
    pickle.writeBytes(latin1("q\4h\0h\1K\0\u0085U\1b\u0087R(K\1)h\2U\2O8K\0K\1\u0087R\u0089]}("));
    for (int i = 0; i < 4000; i++) {
      pickle.writeBytes(latin1("U\5%05dh\0h\1K\0\u0085U\1b\u0087R".formatted(i)));
      pickle.writeBytes(latin1("(K\1J\0\0\4\0\u0085h\3\u0089h\4tb"));
    }
    pickle.writeBytes(latin1("uatb."));
    var header = "{'descr': '|O', 'fortran_order': False, 'shape': (), }\n";
    var file = new ByteArrayOutputStream();
    file.writeBytes(latin1("\u0093NUMPY\1\0" + (char) header.length() + "\0" + header));
    file.writeBytes(pickle.toByteArray());
    var written = LabelFiles.write(folder, "labels.npy", file.toByteArray());
    long before = THREADS.getCurrentThreadAllocatedBytes();
    LabelFiles.assertRefused(
        () -> ClassLabels.read(written, PETS), written.toString(), "more data than the file has");
    assertTrue(THREADS.getCurrentThreadAllocatedBytes() - before < MAX_BYTES);
  }

  private static byte[] latin1(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private void check(String name, byte[] whole) {
    check(name, whole, PETS);
  }

  private void check(String name, byte[] whole, List<String> classes) {
    var file = LabelFiles.write(folder, name, whole);
    var source = name.contains("/") ? file.getParent() : file;
    int[] outcomes = new int[2];
    long[] most = new long[1];
    assertTimeoutPreemptively(
        Duration.ofSeconds(60 + FILES / 50),
        () -> {
          for (long seed = 0; seed < FILES; seed++) {
            Files.delete(file); // overwriting one file again and again waits for the disk
            LabelFiles.write(folder, name, Mutations.mutate(whole, seed));
            long before = THREADS.getCurrentThreadAllocatedBytes();
            outcomes[isRead(source, classes, seed) ? 0 : 1]++;
            long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
            most[0] = Math.max(most[0], allocated);
            assertTrue(allocated < MAX_BYTES, "seed " + seed + " took " + allocated + " bytes");
          }
        });
    assertEquals(FILES, outcomes[0] + outcomes[1]);
    assertTrue(outcomes[1] > FILES / 20, name + ": hardly any file was damaged enough");
    if (FILES > 1000) {
      System.out.printf(
          "%s: %d read, %d refused, at most %d bytes allocated%n",
          name, outcomes[0], outcomes[1], most[0]);
    }
  }

  private static boolean isRead(Path source, List<String> classes, long seed) {
    try {
      var labels = ClassLabels.read(source, classes);
      labels.names().forEach(labels::multiHot);
      return true;
    } catch (DataException e) {
      var said = String.valueOf(e.getMessage());
      assertTrue(said.contains(source.toString()), "seed " + seed + ": " + said);
      assertEquals(1, said.lines().count(), "seed " + seed + ": " + said);
      assertTrue(said.length() < 1000, "seed " + seed + ": " + said);
      return false;
    } catch (RuntimeException e) {
      throw new AssertionError("seed " + seed, e);
    }
  }
}
