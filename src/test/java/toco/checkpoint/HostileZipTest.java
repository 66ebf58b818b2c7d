package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static toco.checkpoint.TestFiles.SIX_FLOATS;
import static toco.checkpoint.TestFiles.archive;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.pickle;
import static toco.checkpoint.TestFiles.tensor;
import static toco.checkpoint.TestFiles.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ZIP archives that torch.save would not write are refused with one line, and nothing is
/// extracted.
final class HostileZipTest {
  @TempDir Path folder;

  /// Two names for the same content, and a content that reaches into the directory.
  @Test
  void overlappingEntriesAreRefused() throws IOException {
    var code = pickle("}" + text("w") + tensor(0, 6, 1, 6) + "s.");
    var whole =
        Files.readAllBytes(
            archive(folder.resolve("whole"), code, Map.of("0", SIX_FLOATS, "1", SIX_FLOATS)));
    int last = lastCentral(whole);
    int before = lastCentral(Arrays.copyOf(whole, last));
    var shared = whole.clone();
    System.arraycopy(whole, before + 42, shared, last + 42, 4); // the offset of its local header
    var overlapping = Files.write(folder.resolve("shared"), shared);
    assertRefused(overlapping, () -> TorchPickle.read(overlapping), "overlap");
    var long30 = whole.clone();
    for (int field : new int[] {20, 24}) { // both sizes, 30 bytes more
      long30[last + field] += 30;
    }
    var reaching = Files.write(folder.resolve("reaching"), long30);
    assertRefused(reaching, () -> TorchPickle.read(reaching), "reaches into its directory");
  }

  private static int lastCentral(byte[] zip) {
    for (int at = zip.length - 46; at >= 0; at--) {
      if (zip[at] == 'P' && zip[at + 1] == 'K' && zip[at + 2] == 1 && zip[at + 3] == 2) {
        return at;
      }
    }
    throw new AssertionError("no central entry");
  }

  @Test
  void compressedEntriesAreRefused() throws IOException {
    var file = folder.resolve("deflated");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      zip.write(pickle("}."));
    }
    assertRefused(file, () -> TorchPickle.read(file), "compressed");
  }

  @Test
  void otherArchivesAreRefused() throws IOException {
    var program = folder.resolve("program");
    try (var zip = new ZipOutputStream(Files.newOutputStream(program))) {
      TestFiles.store(zip, "net/data.pkl", pickle("}."));
      TestFiles.store(zip, "net/constants.pkl", pickle(")."));
    }
    assertRefused(program, () -> TorchPickle.read(program), "TorchScript");
    var tricks = folder.resolve("tricks");
    try (var zip = new ZipOutputStream(Files.newOutputStream(tricks))) {
      TestFiles.store(zip, "../../escaped/data.pkl", pickle("}."));
      TestFiles.store(zip, "/data.pkl/data.pkl", pickle("}."));
    }
    assertRefused(tricks, () -> TorchPickle.read(tricks), "expected one entry NAME/data.pkl");
    try (var all = Files.list(folder)) {
      assertEquals(2, all.count()); // nothing was extracted next to the file
    }
  }
}
