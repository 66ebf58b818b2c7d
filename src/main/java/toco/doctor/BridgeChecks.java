package toco.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.library.InstalledLibTorch;
import toco.library.LibraryException;
import toco.library.NativeSearch;
import toco.torch.Accelerator;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.TcpStore;
import toco.torch.TorchException;

/// LibTorch, the shim, and what they find on this machine.
final class BridgeChecks {
  private static final String LIBTORCH = "LibTorch";
  private static final String SHIM = "shim";

  private final String folder;
  private final String architecture;
  private final boolean found;
  private final String folderProblem;
  private final String libraryProblem;
  private final String loadProblem;

  BridgeChecks(Surroundings surroundings) {
    folder = surroundings.property("toco.libtorch");
    architecture = surroundings.property("os.arch");
    folderProblem = surroundings.property("toco.libtorch.problem");
    libraryProblem = surroundings.property("toco.library.problem");
    boolean present = true;
    String problem = "";
    try {
      present = isPresent(surroundings);
      problem = present ? load() : "";
    } catch (LibraryException e) {
      problem = e.line();
    }
    found = present;
    loadProblem = problem;
  }

  /// Whether there is a shim to load. The launcher has looked for one if it gave a reason.
  private boolean isPresent(Surroundings surroundings) throws LibraryException {
    return folderProblem.isEmpty()
        && libraryProblem.isEmpty()
        && NativeSearch.with(surroundings.properties(), surroundings.environment())
            .present()
            .isPresent();
  }

  List<HealthCheck> all() {
    var checks = new ArrayList<HealthCheck>();
    checks.add(libTorch());
    checks.add(shim());
    if (hasShim()) {
      checks.add(HealthCheck.ok("CPU kernels", kernels(LibTorch.cpuCapability(), architecture)));
      checks.add(cuda());
      checks.add(processes());
    }
    return checks;
  }

  /// On Arm, LibTorch's name for kernels without SVE says nothing of the instructions that they
  /// have.
  static String kernels(String capability, String architecture) {
    return capability.equals("DEFAULT") && architecture.equals("aarch64") ? "NEON" : capability;
  }

  boolean hasLibTorch() {
    return !folder.isEmpty() || hasShim();
  }

  boolean hasShim() {
    return found && loadProblem.isEmpty();
  }

  private HealthCheck libTorch() {
    if (hasShim()) {
      var loaded = String.join(", ", LibTorch.loadedLibTorch());
      return HealthCheck.ok(LIBTORCH, "%s, %s".formatted(LibTorch.version(), loaded));
    }
    if (!folder.isEmpty()) {
      var version = InstalledLibTorch.version(Path.of(folder)).orElse("unknown version");
      return HealthCheck.ok(LIBTORCH, "%s, %s".formatted(version, folder));
    }
    return HealthCheck.missing(
        LIBTORCH,
        folderProblem.isEmpty() ? "no folder was given by the launcher" : folderProblem,
        "run any other command through bin/toco, which installs it (needs python3 with pip and 1.6"
            + " GB of disk), or set LIBTORCH to the folder of an unpacked LibTorch 2.7 to 2.15");
  }

  private HealthCheck shim() {
    if (hasShim()) {
      return HealthCheck.ok(SHIM, LibTorch.origin().toString());
    }
    if (!loadProblem.isEmpty()) {
      return HealthCheck.missing(
          SHIM, loadProblem, "see How natives arrive in docs/BRIDGE.md, or run bin/toco again");
    }
    return HealthCheck.missing(
        SHIM,
        libraryProblem.isEmpty() ? "not built" : libraryProblem,
        "run any other command through bin/toco, which builds it (needs g++ and cmake), or run"
            + " native/build.sh");
  }

  private static HealthCheck cuda() {
    int devices = Accelerator.count(Device.Kind.CUDA);
    if (devices > 0) {
      return HealthCheck.ok("CUDA", devices == 1 ? "1 device" : devices + " devices");
    }
    var driver = Command.run("nvidia-smi", "-L");
    if (driver.hung()) {
      return HealthCheck.note(
          "CUDA",
          "nvidia-smi did not end within %s s".formatted(Command.TIMEOUT_SECONDS),
          "the GPU or its driver hangs: see dmesg, and restart the machine");
    }
    return driver
        .firstLine()
        .map(gpu ->
            HealthCheck.note(
                "CUDA",
                "LibTorch sees no GPU, but the driver does: " + gpu,
                "set TOCO_FLAVOR=cuda and run bin/toco again, which installs LibTorch's CUDA"
                    + " libraries"))
        .orElse(HealthCheck.ok("CUDA", "no GPU; everything runs on the CPU"));
  }

  private static HealthCheck processes() {
    return TcpStore.missing()
        .map(_ ->
            HealthCheck.note(
                "processes",
                "only one: the shim was built without Gloo's headers",
                "apt-get install libgloo-dev, then native/build.sh"))
        .orElse(HealthCheck.ok("processes", "any number (toco launch)"));
  }

  private static String load() {
    try {
      LibTorch.load();
      return "";
    } catch (TorchException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
