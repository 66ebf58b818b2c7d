package toco.doctor;

import toco.config.Config;
import toco.host.Devices;
import toco.host.Machine;
import toco.host.OpenMp;

/// How training uses the processor. Works without LibTorch.
final class ProcessorChecks {

  private static final String BFLOAT16 = "bfloat16";
  private static final String WAITING = "waiting";
  private static final String MAY_BE_FASTER =
      "train.precision=bfloat16 may be faster than float32; measure with bin/toco bench step --set"
          + " train.precision=bfloat16";

  private ProcessorChecks() {}

  /// The threads that a run uses by default.
  static HealthCheck threads(OpenMp openMp) {
    var defaults = Config.defaults();
    return HealthCheck.ok(
        "threads",
        "%s within an operator on %s processors (train.threads=%s%s), and %s to load images"
                .formatted(
                    Devices.threads(defaults.train(), openMp, 1),
                    Machine.cores(),
                    defaults.train().threads(),
                    openMp.threads().isPresent() ? ", OMP_NUM_THREADS" : "",
                    defaults.data().workers())
            + " (data.workers)");
  }

  /// How the threads of an operator wait for each other, which matters on busy machines.
  static HealthCheck waiting(OpenMp openMp) {
    var chosen = openMp.waiting();
    return chosen.isEmpty()
        ? HealthCheck.note(
            WAITING,
            "by spinning for milliseconds, OpenMP's default: many times slower while other programs"
                + " use the processors",
            "set GOMP_SPINCOUNT=10000 before Java starts, as bin/toco does")
        : HealthCheck.ok(WAITING, "threads of an operator wait for each other by " + chosen);
  }

  /// Whether the processor multiplies matrices of bfloat16 natively. Where it does not, LibTorch
  /// computes such products in float32 and converts their inputs and outputs.
  static HealthCheck bfloat16(Machine machine) {
    var flags = machine.processorFlags();
    if (flags.isEmpty()) {
      return HealthCheck.ok(
          BFLOAT16, "unknown: this system does not list the processor's features");
    }
    if (flags.contains("amx_bf16")) {
      return HealthCheck.ok(
          BFLOAT16,
          "the processor has amx_bf16: train.precision=bfloat16 is likely faster than float32");
    }
    if (flags.contains("avx512_bf16")) {
      return HealthCheck.ok(
          BFLOAT16, "the processor has avx512_bf16 but not amx_bf16: " + MAY_BE_FASTER);
    }
    if (flags.contains("bf16")) { // of Arm
      return HealthCheck.ok(BFLOAT16, "the processor has bf16: " + MAY_BE_FASTER);
    }
    return HealthCheck.ok(
        BFLOAT16,
        "the processor has %s: train.precision=bfloat16 is likely slower than float32"
            .formatted(flags.contains("asimd") ? "no bf16" : "neither amx_bf16 nor avx512_bf16"));
  }
}
