package toco.run;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.files.GitCommit;
import toco.host.Machine;
import toco.host.Program;
import toco.torch.Device;
import toco.torch.LibTorch;
import tools.jackson.databind.JsonNode;

/// What a run ran on each time it was started or resumed: a line of `sessions.jsonl`.
///
/// @param facts numbers and texts; those that are not known are left out
public record RunSession(Map<Fact, Object> facts) implements LogLine {

  /// What a session says, in the order in which it is written.
  public enum Fact {
    /// Steps done before.
    STEP(LogLine.STEP),
    /// ISO 8601, UTC.
    STARTED_AT("startedAt"),
    /// ToCo's version.
    TOCO("toco"),
    /// The Git commit of ToCo's sources.
    COMMIT("commit"),
    LIB_TORCH("libTorch"),
    JDK("jdk"),
    SYSTEM("system"),
    PROCESSOR("processor"),
    /// Instructions that LibTorch's CPU kernels use.
    CPU_CAPABILITY("cpuCapability"),
    CORES("cores"),
    /// Total memory in GB, rounded to one decimal.
    MEMORY_GB("memoryGB"),
    DEVICE("device"),
    /// World size.
    PROCESSES("processes"),
    /// LibTorch's, within an operator.
    THREADS("threads"),
    PRECISION("precision");

    private final String key;

    Fact(String key) {
      this.key = key;
    }
  }

  public RunSession {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /// This process's, now.
  ///
  /// @param step steps done so far
  /// @param processes world size
  public static RunSession start(Config config, Device device, long step, int processes) {
    var machine = Machine.local();
    var facts = new EnumMap<Fact, Object>(Fact.class);
    facts.put(Fact.STEP, step);
    facts.put(Fact.STARTED_AT, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put(Fact.TOCO, Program.version().orElse("run from classes"));
    commit().ifPresent(commit -> facts.put(Fact.COMMIT, commit));
    facts.put(Fact.LIB_TORCH, LibTorch.version());
    facts.put(Fact.JDK, Runtime.version().toString());
    facts.put(Fact.SYSTEM, System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put(Fact.PROCESSOR, machine.processor().orElse("?"));
    facts.put(Fact.CPU_CAPABILITY, LibTorch.cpuCapability());
    facts.put(Fact.CORES, Machine.cores());
    machine
        .memoryBytes()
        .ifPresent(bytes -> facts.put(Fact.MEMORY_GB, Math.round(bytes / 1e8) / 10.0));
    facts.put(Fact.DEVICE, device.toString());
    facts.put(Fact.PROCESSES, processes);
    facts.put(Fact.THREADS, LibTorch.numThreads());
    facts.put(Fact.PRECISION, config.train().precision().toString());
    return new RunSession(facts);
  }

  private static Optional<String> commit() {
    var home = System.getProperty("toco.home");
    return home == null ? Optional.empty() : GitCommit.of(Path.of(home));
  }

  static RunSession of(JsonNode line) {
    var facts = new EnumMap<Fact, Object>(Fact.class);
    for (var fact : Fact.values()) {
      var value = line.path(fact.key);
      if (value.isNumber()) {
        facts.put(fact, value.numberValue());
      } else if (value.isString()) {
        facts.put(fact, value.stringValue());
      }
    }
    return new RunSession(facts);
  }

  @Override
  public Map<String, Object> toJson() {
    var json = new LinkedHashMap<String, Object>();
    facts.forEach((fact, value) -> json.put(fact.key, value));
    return json;
  }

  /// A fact as text; null if it is not known.
  public @Nullable String text(Fact fact) {
    var value = facts.get(fact);
    return value == null ? null : value.toString();
  }

  /// Appends this line to a file.
  public void write(Path file) {
    try (var log = MetricsLog.openAt(file, Long.MAX_VALUE)) { // removes damaged lines only
      log.write(this);
    }
  }
}
