package toco.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TarGzTest {
  @TempDir Path folder;

  /// Sizes around a block's 512 bytes, and an empty file.
  private static Map<String, byte[]> files() {
    var random = new Random(2);
    var files = new LinkedHashMap<String, byte[]>();
    for (int size : new int[] {0, 1, 511, 512, 513, 20_000}) {
      var content = new byte[size];
      random.nextBytes(content);
      files.put("results/of " + size + "/file.bin", content);
    }
    files.put("n".repeat(100), new byte[] {7});
    return files;
  }

  private static byte[] archive(Map<String, byte[]> files) throws IOException {
    var out = new ByteArrayOutputStream();
    try (var writer = new TarGz.Writer(out)) {
      for (var file : files.entrySet()) {
        writer.add(file.getKey(), file.getValue());
      }
    }
    return out.toByteArray();
  }

  private static void requireSame(Map<String, byte[]> expected, Map<String, byte[]> found) {
    assertEquals(expected.keySet().stream().toList(), found.keySet().stream().toList());
    expected.forEach((name, content) -> assertArrayEquals(content, found.get(name), name));
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    var found = new LinkedHashMap<String, byte[]>();
    TarGz.read(
        new ByteArrayInputStream(archive(files())),
        entry -> found.put(entry.name(), entry.content()));
    requireSame(files(), found);
    assertArrayEquals(archive(files()), archive(files()), "equal files give equal archives");
  }

  @Test
  void theTarProgramUnpacksIt() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/tar")), "no tar here");
    var file = Files.write(folder.resolve("a.tgz"), archive(files()));
    var tar =
        new ProcessBuilder("/bin/tar", "xzf", file.toString(), "-C", folder.toString())
            .inheritIO()
            .start();
    assertEquals(0, tar.waitFor());
    var found = new LinkedHashMap<String, byte[]>();
    for (var name : files().keySet()) {
      found.put(name, Files.readAllBytes(folder.resolve(name)));
    }
    requireSame(files(), found);
  }

  @Test
  void whatTheTarProgramPacksIsRead() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/bin/tar")), "no tar here");
    Files.createDirectories(folder.resolve("in/sub"));
    Files.writeString(folder.resolve("in/sub/file.txt"), "content");
    var file = folder.resolve("b.tgz");
    var tar =
        new ProcessBuilder(
                "/bin/tar", "czf", file.toString(), "--format=ustar", "-C", folder.toString(), "in")
            .inheritIO()
            .start();
    assertEquals(0, tar.waitFor());
    var found = new LinkedHashMap<String, byte[]>();
    try (var in = Files.newInputStream(file)) {
      TarGz.read(in, entry -> found.put(entry.name(), entry.content()));
    }
    requireSame(Map.of("in/sub/file.txt", "content".getBytes()), found);
  }

  @Test
  void anArchiveThatIsCutOffIsRefused() throws IOException {
    var whole = archive(files());
    for (int length = 0; length < whole.length - 20; length += 97) {
      var cut = new ByteArrayInputStream(Arrays.copyOf(whole, length));
      assertThrows(IOException.class, () -> TarGz.read(cut, _ -> {}), "at " + length);
    }
  }

  @Test
  void namesThatDoNotFitAreRefused() throws IOException {
    try (var writer = new TarGz.Writer(new ByteArrayOutputStream())) {
      for (var name : new String[] {"", "n".repeat(101), "café"}) {
        var thrown =
            assertThrows(IllegalArgumentException.class, () -> writer.add(name, new byte[0]));
        assertTrue(thrown.getMessage().contains("100 ASCII"), thrown.getMessage());
      }
    }
  }
}
