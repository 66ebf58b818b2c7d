package toco.library;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Runs `native/libtorch.sh` and `native/build.sh`. The user sees their error stream.
///
/// @param environment the environment variables that they get
record Scripts(Map<String, String> environment) {
  /// What a script printed and why it failed.
  ///
  /// @param line the last line, with a character per byte, as paths have no certain encoding
  /// @param problem the script's error message, empty if it succeeded
  record Outcome(int status, String line, String problem) {}

  /// @param script what follows `bash` on the command line
  Outcome run(String... script) throws IOException {
    var problem = Files.createTempFile("toco-", ".txt");
    try {
      return run(problem, script);
    } finally {
      Files.deleteIfExists(problem);
    }
  }

  private Outcome run(Path problem, String... script) throws IOException {
    var command = new ArrayList<>(List.of("bash"));
    command.addAll(List.of(script));
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    var variables = builder.environment();
    variables.clear();
    variables.putAll(environment);
    // what bash would run before the script could print into its result
    variables.keySet().removeIf(key -> key.matches("BASH_ENV|BASH_FUNC_.*"));
    variables.put("TOCO_ERROR_FILE", problem.toString());
    var process = builder.start();
    try (var output = process.inputReader(StandardCharsets.ISO_8859_1)) {
      process.outputWriter().close();
      var line = output.lines().reduce("", (_, next) -> next);
      int status = process.waitFor();
      var message = Files.readString(problem, StandardCharsets.ISO_8859_1).strip();
      return new Outcome(
          status, line, message.isEmpty() && status != 0 ? "status " + status : message);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while bash ran", e);
    }
  }
}
