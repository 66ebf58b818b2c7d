package toco.host;

import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// What the environment asks of OpenMP, whose threads compute LibTorch's operators.
///
/// @param environment environment variables
public record OpenMp(Map<String, String> environment) {
  /// The number of threads; a list has one number per nesting level.
  private static final Pattern THREADS = Pattern.compile("\\s*([1-9][0-9]{0,5})\\s*(,.*)?");

  public OpenMp {
    environment = Map.copyOf(environment);
  }

  /// That of this process.
  public static OpenMp ofProcess() {
    return new OpenMp(System.getenv());
  }

  /// The threads of `OMP_NUM_THREADS`; empty if it is not set or not a number, which OpenMP
  /// ignores.
  public OptionalInt threads() {
    var matcher = THREADS.matcher(environment.getOrDefault("OMP_NUM_THREADS", ""));
    return matcher.matches()
        ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
        : OptionalInt.empty();
  }

  /// How threads wait for each other, as the variable that says so; empty if none does.
  public String waiting() {
    for (var name : new String[] {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}) { // the first one wins
      var value = environment.getOrDefault(name, "");
      if (!value.isBlank()) {
        return name + "=" + value.strip();
      }
    }
    return "";
  }
}
