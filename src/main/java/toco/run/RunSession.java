package toco.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import toco.config.Config;
import toco.files.GitCommit;
import toco.torch.Device;
import toco.torch.LibTorch;

/// What a start or resumption of a run ran on: a line of `sessions.jsonl`.
///
/// @param facts by name, in the order in which they read well
public record RunSession(Map<String, Object> facts) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

  /// This process's, now.
  ///
  /// @param step steps done so far
  /// @param processes that train together
  public static RunSession start(Config config, Device device, long step, int processes) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("step", step);
    facts.put("startedAt", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    var version = RunSession.class.getPackage().getImplementationVersion();
    facts.put("toco", version == null ? "run from classes" : version);
    var home = System.getProperty("toco.home");
    if (home != null) {
      GitCommit.of(Path.of(home)).ifPresent(commit -> facts.put("commit", commit));
    }
    facts.put("libTorch", LibTorch.version());
    facts.put("jdk", Runtime.version().toString());
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("processor", value(CPU_INFO, "model name"));
    facts.put("cpuCapability", LibTorch.cpuCapability());
    facts.put("cores", Runtime.getRuntime().availableProcessors());
    memoryGb().ifPresent(gb -> facts.put("memoryGB", gb));
    facts.put("device", device.toString());
    facts.put("processes", processes);
    facts.put("threads", LibTorch.numThreads());
    facts.put("precision", config.train().precision().toString());
    return new RunSession(facts);
  }

  /// Appends the line.
  public void write(Path file) {
    try (var log = MetricsLog.openAt(file, Long.MAX_VALUE - 1)) { // keeps all but damaged lines
      log.write(facts);
    }
  }

  /// What the machine has, to a tenth.
  private static Optional<Double> memoryGb() {
    var total = value(MEMORY_INFO, "MemTotal").replaceAll("\\D", "");
    return total.isEmpty()
        ? Optional.empty()
        : Optional.of(Math.round(Long.parseLong(total) * 1024 / 1e8) / 10.0);
  }

  /// The value of the first `key : value` line; a question mark where the system does not tell.
  private static String value(Path file, String key) {
    try (var lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(key))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("?");
    } catch (IOException e) {
      return "?";
    }
  }
}
