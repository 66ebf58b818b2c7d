package toco.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.doctor.HealthCheck.State;
import toco.host.Machine;
import toco.host.OpenMp;

/// Checks everything that ToCo needs on this machine. Works without LibTorch.
public final class Doctor {
  private Doctor() {}

  /// The results of all checks.
  public record Report(List<HealthCheck> checks) {
    public Report {
      checks = List.copyOf(checks);
    }

    /// Whether nothing is missing.
    public boolean healthy() {
      return checks.stream().noneMatch(check -> check.state() == State.MISSING);
    }

    /// `ok`, and `checks`: each has `name`, `state` (`ok`, `note`, `missing`), `found` and
    /// `remedy`.
    public Map<String, Object> toJson() {
      var list = new ArrayList<Map<String, Object>>();
      for (var check : checks) {
        var item = new LinkedHashMap<String, Object>();
        item.put("name", check.name());
        item.put("state", check.state().toString());
        item.put("found", check.found());
        item.put("remedy", check.remedy());
        list.add(item);
      }
      var json = new LinkedHashMap<String, Object>();
      json.put("ok", healthy());
      json.put("checks", list);
      return json;
    }

    /// One line per check, followed by its remedy if there is one.
    public String table() {
      int width = checks.stream().mapToInt(check -> check.name().length()).max().orElse(0);
      var text = new StringBuilder();
      for (var check : checks) {
        var name = check.name() + " ".repeat(width - check.name().length());
        text.append("%-7s  %s  %s\n".formatted(check.state(), name, check.found()));
        if (!check.remedy().isEmpty()) {
          text.append("%s→ %s\n".formatted(" ".repeat(width + 11), check.remedy()));
        }
      }
      long missing = checks.stream().filter(check -> check.state() == State.MISSING).count();
      return text.append(missing == 0 ? "nothing is missing\n" : missing + " missing\n").toString();
    }
  }

  public static Report examine(Surroundings surroundings) {
    var machine = Machine.local();
    var checks = new ArrayList<HealthCheck>();
    checks.add(MachineChecks.jdk(surroundings));
    var bridge = new BridgeChecks(surroundings);
    checks.addAll(bridge.all());
    var openMp = new OpenMp(surroundings.environment());
    checks.add(ProcessorChecks.threads(openMp));
    checks.add(ProcessorChecks.waiting(openMp));
    checks.add(ProcessorChecks.bfloat16(machine));
    checks.add(MachineChecks.memory(machine));
    checks.add(MachineChecks.disk(surroundings, bridge.hasLibTorch()));
    checks.add(ImageChecks.jpeg(surroundings));
    checks.addAll(ToolChecks.all(bridge.hasLibTorch(), bridge.hasShim()));
    return new Report(checks);
  }
}
