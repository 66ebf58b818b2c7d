package toco.doctor;

import java.util.ArrayList;
import java.util.List;

/// The programs that install LibTorch and build the shim and the jar. If one is not found but its
/// result is already there, that is only a note.
final class ToolChecks {
  private ToolChecks() {}

  static List<HealthCheck> all(boolean hasLibTorch, boolean hasShim) {
    var checks = new ArrayList<HealthCheck>();
    checks.add(tool("cmake", hasShim, "apt-get install cmake", "cmake", "--version"));
    checks.add(tool("g++", hasShim, "apt-get install g++", "g++", "--version"));
    checks.add(buildTool(hasShim));
    checks.add(tool("python3", hasLibTorch, "apt-get install python3", "python3", "--version"));
    checks.add(
        tool(
            "pip",
            hasLibTorch,
            "apt-get install python3-pip",
            "python3",
            "-m",
            "pip",
            "--version"));
    checks.add(tool("mvn", true, "apt-get install maven", "mvn", "--version"));
    return checks;
  }

  private static HealthCheck buildTool(boolean hasShim) {
    var ninja = Command.run("ninja", "--version").firstLine();
    if (ninja.isPresent()) {
      return HealthCheck.ok("ninja", ninja.get());
    }
    return tool("make", hasShim, "apt-get install ninja-build", "make", "--version");
  }

  private static HealthCheck tool(
      String name, boolean dispensable, String remedy, String... command) {
    var answer = Command.run(command);
    if (answer.firstLine().isPresent()) {
      return HealthCheck.ok(name, answer.firstLine().get());
    }
    if (answer.hung()) {
      return hung(name, dispensable, String.join(" ", command));
    }
    var install = "install it (Debian: %s)".formatted(remedy);
    return dispensable
        ? HealthCheck.note(name, "not found; only needed to build again", install)
        : HealthCheck.missing(name, "not found", install);
  }

  private static HealthCheck hung(String name, boolean dispensable, String command) {
    var found = "'%s' did not end within %s s".formatted(command, Command.TIMEOUT_SECONDS);
    var remedy = "run it by hand to see why, for example a network drive in PATH that is gone";
    return dispensable
        ? HealthCheck.note(name, found, remedy)
        : HealthCheck.missing(name, found, remedy);
  }
}
