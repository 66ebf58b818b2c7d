package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One clear message for a library that is not set, missing, not a library, or the second one.
/// Loading happens once per process, so each attempt runs in its own JVM.
class LibraryLoadingTest {
  @TempDir private Path folder;

  /// Runs in the child process: tries twice, because both failures must have the same message.
  static final class Attempt {
    private Attempt() {}

    public static void main(String[] arguments) {
      if (arguments.length > 0) {
        System.load(arguments[0]);
      }
      for (int i = 0; i < 2; i++) {
        try {
          Tensor.zeros(1).close();
          System.out.println("loaded " + LibTorch.version());
        } catch (TorchException e) {
          System.out.println(e.kind() + ": " + e.getMessage());
        }
      }
    }
  }

  private String attempt(List<String> options, String... arguments)
      throws IOException, InterruptedException, URISyntaxException {
    return attempt(Map.of(), options, arguments);
  }

  private String attempt(Map<String, String> environment, List<String> options, String... arguments)
      throws IOException, InterruptedException, URISyntaxException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-Xshare:auto"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), Attempt.class.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("TOCO_LIBRARY");
    builder.environment().putAll(environment);
    var child = builder.start();
    var output = new String(child.getInputStream().readAllBytes());
    assertEquals(0, child.waitFor(), output);
    var lines = // the JVM may print warnings
        output
            .lines()
            .filter(line -> line.startsWith("IO: ") || line.startsWith("loaded "))
            .toList();
    assertEquals(2, lines.size(), output);
    assertEquals(lines.get(0), lines.get(1));
    return lines.getFirst();
  }

  private static String classPath() throws URISyntaxException {
    var places = new ArrayList<String>();
    for (var type : List.of(LibTorch.class, Attempt.class)) {
      var place = type.getProtectionDomain().getCodeSource().getLocation();
      places.add(Path.of(place.toURI()).toString());
    }
    return String.join(java.io.File.pathSeparator, places);
  }

  private static void assertSays(String line, String... parts) {
    assertTrue(line.startsWith("IO: "), line);
    for (var part : parts) {
      assertTrue(line.contains(part), line);
    }
  }

  /// With an empty cache the build starts, and finds no LibTorch at the path in LIBTORCH.
  @Test
  void withoutALibraryOneIsBuiltAndAFailureNamesTheRemedy() throws Exception {
    var environment =
        Map.of("XDG_CACHE_HOME", folder.toString(), "LIBTORCH", folder.resolve("none").toString());
    var line = attempt(environment, List.of());
    assertSays(line, "toco.library is not set", "failed with status 1", "-Dtoco.library");
    try (var unpacked = Files.walk(folder)) {
      assertTrue(unpacked.anyMatch(file -> file.endsWith("native/include/toco_torch.h")));
    }
  }

  @Test
  void aMissingLibraryIsNamedWithTheRemedy() throws Exception {
    var missing = folder.resolve("libmissing.so").toString();
    assertSays(attempt(List.of("-Dtoco.library=" + missing)), missing, "native/build.sh");
  }

  @Test
  void aFileThatIsNotALibraryIsNamedWithTheRemedy() throws Exception {
    var text = Files.writeString(folder.resolve("libtext.so"), "no library").toString();
    assertSays(attempt(List.of("-Dtoco.library=" + text)), text, "too short; run bin/toco doctor");
  }

  @Test
  void aSecondLibTorchIsRefused() throws Exception {
    var library = LibTorch.library();
    var present = LibTorch.loadedLibTorch().iterator().next();
    var line = attempt(List.of("-Dtoco.library=" + library), present);
    assertSays(line, "another LibTorch is already loaded", present);
  }

  @Test
  void theRightLibraryLoads() throws Exception {
    var line = attempt(List.of("-Dtoco.library=" + LibTorch.library()));
    assertEquals("loaded " + LibTorch.version(), line);
  }

  @Test
  void oneLibTorchIsLoadedHere() {
    LibTorch.load();
    var names =
        LibTorch.loadedLibTorch().stream()
            .map(Path::of)
            .map(Path::getFileName)
            .collect(Collectors.toSet());
    assertEquals(1, names.size());
    assertTrue(
        Stream.of("DEFAULT", "AVX", "NEON", "SVE", "VSX", "ZVECTOR")
            .anyMatch(LibTorch.cpuCapability()::startsWith),
        LibTorch.cpuCapability());
  }
}
