package toco.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import toco.ClassPlaces;

/// A JVM of its own that loads LibTorch, because loading happens once per process.
///
/// @param environment variables to set, or to remove if the value is empty
/// @param options of the JVM
/// @param jars what the class path has besides the classes
record LoadAttempt(Map<String, String> environment, List<String> options, List<Path> jars) {
  /// The process: tries twice, because both failures must have the same message.
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

  LoadAttempt(List<String> options) {
    this(Map.of(), options, List.of());
  }

  /// The first line of the result: `loaded VERSION`, or the error.
  String line(String... arguments) throws IOException, InterruptedException {
    var output = output(arguments);
    var lines = // the JVM may print warnings
        output
            .lines()
            .filter(line -> line.startsWith("IO: ") || line.startsWith("loaded "))
            .toList();
    assertEquals(2, lines.size(), output);
    assertEquals(lines.get(0), lines.get(1));
    return lines.getFirst();
  }

  /// All that the process prints.
  String output(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-Xmx64m", "-Xshare:auto"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath(), Attempt.class.getName()));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("TOCO_LIBRARY");
    builder.environment().putAll(environment);
    builder.environment().values().removeIf(String::isEmpty);
    var child = builder.start();
    var output = new String(child.getInputStream().readAllBytes());
    assertEquals(0, child.waitFor(), output);
    return output;
  }

  private String classPath() {
    var places = new ArrayList<>(List.of(ClassPlaces.classPath(LibTorch.class, Attempt.class)));
    jars.forEach(jar -> places.add(jar.toString()));
    return String.join(File.pathSeparator, places);
  }

  static void assertSays(String line, Object... parts) {
    assertTrue(line.startsWith("IO: "), line);
    for (var part : parts) {
      assertTrue(line.contains(part.toString()), line);
    }
  }
}
