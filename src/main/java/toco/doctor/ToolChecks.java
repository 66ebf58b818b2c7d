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
    var ninja = Command.firstLine("ninja", "--version");
    if (ninja.isPresent()) {
      return HealthCheck.ok("ninja", ninja.get());
    }
    return tool("make", hasShim, "apt-get install ninja-build", "make", "--version");
  }

  private static HealthCheck tool(
      String name, boolean dispensable, String remedy, String... command) {
    var version = Command.firstLine(command);
    if (version.isPresent()) {
      return HealthCheck.ok(name, version.get());
    }
    var install = "install it (Debian: %s)".formatted(remedy);
    return dispensable
        ? HealthCheck.note(name, "not found; only needed to build again", install)
        : HealthCheck.missing(name, "not found", install);
  }
}
