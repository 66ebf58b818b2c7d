package toco.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import toco.ClassPlaces;

/// Processes that start at the same time, and processes that are killed while they unpack.
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ConcurrentStartTest extends FittingJars {
  private static final int TIMES = 20;
  private static final Set<String> COMPLETE = Set.of("libtorch-2.7.1-cpu", "shim-prebuilt");

  /// A process that looks for the shim: its home folder, then jars.
  static final class Start {
    private Start() {}

    public static void main(String[] arguments) throws LibraryException {
      var search = new SearchFixture(Path.of(arguments[0]));
      for (var jar : List.of(arguments).subList(1, arguments.length)) {
        search = search.with(Path.of(jar));
      }
      System.out.println("ready");
      System.out.println(search.locate().shim());
    }
  }

  private Process start() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            ClassPlaces.classPath(NativeSearch.class, Start.class, Test.class),
            Start.class.getName(),
            both.folder().toString(),
            libTorch.toString(),
            natives.toString())
        .redirectErrorStream(true)
        .start();
  }

  @Test
  void processesThatStartTogetherFindTheSameComplete() throws Exception {
    var whole = "libtorch_cpu of 2.7.1".repeat(1000);
    for (int i = 0; i < TIMES; i++) {
      CacheLock.deleteTree(both.cache());
      var processes = List.of(start(), start());
      var shims = new ArrayList<String>();
      for (var process : processes) {
        var lines = process.inputReader(StandardCharsets.UTF_8).lines().toList();
        assertEquals(0, process.waitFor(), lines::toString);
        shims.add(lines.getLast());
      }
      assertEquals(shims.getFirst(), shims.getLast());
      var shim = Path.of(shims.getFirst());
      assertEquals("shim for 2.7.1", Files.readString(shim));
      assertEquals(whole, Files.readString(shim.resolveSibling("torch/lib/libtorch_cpu.so")));
      assertEquals(COMPLETE, both.cached());
    }
  }

  /// The kill comes at another moment each time: from the first byte to almost the last.
  @Test
  void afterAKillTheNextStartUnpacksAgainAndLeavesNothingBehind() throws Exception {
    int size = 16 << 20;
    FakeJars.libTorch(libTorch, "2.7.1", "cpu", "linux-x86_64", new byte[size]);
    int unfinished = 0;
    for (int i = 0; i < TIMES; i++) {
      CacheLock.deleteTree(both.cache());
      var process = start();
      while (process.isAlive() && unpacked() <= (long) size * i / TIMES) {
        Thread.sleep(1);
      }
      process.destroyForcibly().waitFor(); // SIGKILL
      if (!both.cached().equals(COMPLETE)) {
        unfinished++;
      }
      var shim = both.locate().shim();
      assertEquals("shim for 2.7.1", Files.readString(shim));
      assertEquals(size, Files.size(shim.resolveSibling("torch/lib/libtorch_cpu.so")));
      assertEquals(COMPLETE, both.cached());
    }
    assertTrue(unfinished >= TIMES / 2, "kills while unpacking: " + unfinished);
  }

  /// Bytes of LibTorch in the cache, in the final folder or another.
  private long unpacked() throws IOException {
    if (!Files.isDirectory(both.cache())) {
      return -1;
    }
    try (var walk = Files.walk(both.cache())) {
      return walk.filter(file -> file.endsWith("libtorch_cpu.so"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (UncheckedIOException e) {
      return -1; // renamed meanwhile
    }
  }
}
