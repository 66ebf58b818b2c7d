package toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A Python with the tools that people annotate with, such as pycocotools, for tests that hand
/// files to them; those skip where they are not installed. The environment variable
/// `TOCO_LABELS_PYTHON` names the interpreter.
public final class PythonLabels {
  private PythonLabels() {}

  /// Runs a script of `src/test/resources/python` and returns what it prints.
  ///
  /// @param modules what it imports, separated by commas
  public static String run(String modules, String script, Object... arguments)
      throws IOException, InterruptedException, URISyntaxException {
    var interpreter = System.getenv().getOrDefault("TOCO_LABELS_PYTHON", "python3");
    assumeTrue(
        has(interpreter, modules),
        "%s has no %s; TOCO_LABELS_PYTHON names an interpreter".formatted(interpreter, modules));
    var command = new ArrayList<String>();
    command.add(interpreter);
    command.add(Path.of(PythonLabels.class.getResource("/python/" + script).toURI()).toString());
    for (var argument : arguments) {
      command.add(argument.toString());
    }
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  private static boolean has(String interpreter, String modules) throws InterruptedException {
    try {
      var process =
          new ProcessBuilder(List.of(interpreter, "-c", "import " + modules))
              .redirectErrorStream(true)
              .start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
