package toco;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A Python with torch or other modules, for tests that hand files to it; those skip where there is
/// none. The environment variable `TOCO_PYTHON` names the interpreter.
public final class PythonTorch {
  private PythonTorch() {}

  /// Runs a script of `src/test/resources/python` and returns what it prints.
  public static String run(String script, Object... arguments)
      throws IOException, InterruptedException, URISyntaxException {
    return runWith("torch", script, arguments);
  }

  /// The same for a Python with other modules.
  ///
  /// @param modules separated by commas
  public static String runWith(String modules, String script, Object... arguments)
      throws IOException, InterruptedException, URISyntaxException {
    var interpreter = System.getenv().getOrDefault("TOCO_PYTHON", "python3");
    assumeTrue(
        hasModules(interpreter, modules),
        interpreter + " lacks one of " + modules + "; TOCO_PYTHON names an interpreter that has");
    var command = new ArrayList<String>();
    command.add(interpreter);
    command.add(Path.of(PythonTorch.class.getResource("/python/" + script).toURI()).toString());
    for (var argument : arguments) {
      command.add(argument.toString());
    }
    var process = start(command);
    var output = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), output);
    return output;
  }

  private static boolean hasModules(String interpreter, String modules)
      throws InterruptedException {
    try {
      var process = start(List.of(interpreter, "-c", "import " + modules));
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static Process start(List<String> command) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    // its LibTorch is its own
    builder.environment().keySet().removeIf(name -> name.startsWith("LD_"));
    return builder.start();
  }
}
