package toco.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import toco.config.Config;
import toco.host.Devices;

/// What training makes of the processor. Works without LibTorch.
final class ProcessorChecks {
  static final Path CPUINFO = Path.of("/proc/cpuinfo");

  private static final String BFLOAT16 = "bfloat16";
  private static final String FLAGS = "flags";

  private ProcessorChecks() {}

  /// The threads that a run takes by default.
  static Check threads() {
    var defaults = Config.defaults();
    return Check.ok(
        "threads",
        "%d within an operator on %d processors (train.threads=%d), and %d to load images"
                .formatted(
                    Devices.threads(defaults.train()),
                    Runtime.getRuntime().availableProcessors(),
                    defaults.train().threads(),
                    defaults.data().workers())
            + " (data.workers)");
  }

  /// Whether the processor multiplies matrices of bfloat16 itself. Where it does not, LibTorch
  /// computes such products in float32 and converts on the way in and out.
  ///
  /// @param cpuinfo Linux's description of the processors
  static Check bfloat16(Path cpuinfo) {
    var flags = flags(cpuinfo);
    if (flags.isEmpty()) {
      return Check.ok(BFLOAT16, "this system does not tell what the processor can do");
    }
    if (flags.contains("amx_bf16")) {
      return Check.ok(
          BFLOAT16,
          "the processor has amx_bf16: train.precision=bfloat16 is likely faster on it than"
              + " float32");
    }
    if (flags.contains("avx512_bf16")) {
      return Check.ok(
          BFLOAT16,
          "the processor has avx512_bf16, but no amx_bf16: train.precision=bfloat16 may be faster"
              + " on it; bin/toco bench step --set train.precision=bfloat16 measures it");
    }
    return Check.ok(
        BFLOAT16,
        "the processor has neither amx_bf16 nor avx512_bf16: train.precision=bfloat16 is likely"
            + " slower on it than float32");
  }

  /// The first processor's flags; empty where there is no such file or line.
  private static List<String> flags(Path cpuinfo) {
    try (var lines = Files.lines(cpuinfo)) {
      return lines
          .filter(line -> line.startsWith(FLAGS))
          .findFirst()
          .map(line -> Arrays.asList(line.split("\\s+")))
          .orElse(List.of());
    } catch (IOException e) {
      return List.of();
    }
  }
}
