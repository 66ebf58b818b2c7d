package toco.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import toco.torch.LibTorch;
import toco.torch.TcpStore;
import toco.torch.TorchException;

/// LibTorch, the shim, and what they say of the processor.
final class BridgeChecks {
  private static final String LIBTORCH = "LibTorch";
  private static final String SHIM = "shim";
  private static final Pattern DEFINE =
      Pattern.compile("#define TORCH_VERSION_(MAJOR|MINOR|PATCH) (\\d+)");
  private static final List<String> VERSION_HEADERS =
      List.of(
          "include/torch/headeronly/version.h", "include/torch/csrc/api/include/torch/version.h");

  private final String folder;
  private final String library;
  private final String folderProblem;
  private final String libraryProblem;
  private final String loadProblem;

  BridgeChecks(Surroundings surroundings) {
    folder = surroundings.property("toco.libtorch");
    library =
        surroundings
            .properties()
            .getOrDefault(
                "toco.library", surroundings.environment().getOrDefault("TOCO_LIBRARY", ""));
    folderProblem = surroundings.property("toco.libtorch.problem");
    libraryProblem = surroundings.property("toco.library.problem");
    loadProblem = library.isEmpty() ? "" : load();
  }

  List<HealthCheck> all() {
    var checks = new ArrayList<HealthCheck>();
    checks.add(libTorch());
    checks.add(shim());
    if (hasShim()) {
      checks.add(HealthCheck.ok("CPU kernels", LibTorch.cpuCapability()));
      checks.add(cuda());
      checks.add(processes());
    }
    return checks;
  }

  boolean hasLibTorch() {
    return !folder.isEmpty() || hasShim();
  }

  boolean hasShim() {
    return !library.isEmpty() && loadProblem.isEmpty();
  }

  private HealthCheck libTorch() {
    if (hasShim()) {
      var loaded = String.join(", ", LibTorch.loadedLibTorch());
      return HealthCheck.ok(LIBTORCH, "%s, %s".formatted(LibTorch.version(), loaded));
    }
    if (!folder.isEmpty()) {
      var version = versionIn(Path.of(folder)).orElse("of unknown version");
      return HealthCheck.ok(LIBTORCH, "%s, %s".formatted(version, folder));
    }
    return HealthCheck.missing(
        LIBTORCH,
        folderProblem.isEmpty() ? "the launcher named none" : folderProblem,
        "start any other command through bin/toco, which installs it (python3 with pip and 1.6 GB"
            + " of disk needed), or set LIBTORCH to an unpacked LibTorch 2.11 to 2.15");
  }

  private HealthCheck shim() {
    if (hasShim()) {
      return HealthCheck.ok(SHIM, library);
    }
    if (!loadProblem.isEmpty()) {
      return HealthCheck.missing(
          SHIM, loadProblem, "delete the folder of %s and start bin/toco again".formatted(library));
    }
    return HealthCheck.missing(
        SHIM,
        libraryProblem.isEmpty() ? "not built" : libraryProblem,
        "start any other command through bin/toco, which builds it (g++ and cmake needed), or run"
            + " native/build.sh");
  }

  private static HealthCheck cuda() {
    int devices = LibTorch.cudaDeviceCount();
    if (devices > 0) {
      return HealthCheck.ok("CUDA", devices == 1 ? "1 device" : devices + " devices");
    }
    return Command.firstLine("nvidia-smi", "-L")
        .map(gpu ->
            HealthCheck.note(
                "CUDA",
                "LibTorch sees no device, but the driver does: " + gpu,
                "set TOCO_FLAVOR=cuda and start bin/toco again, which installs LibTorch's CUDA"
                    + " libraries"))
        .orElse(HealthCheck.ok("CUDA", "no device; everything runs on the CPU"));
  }

  private static HealthCheck processes() {
    return TcpStore.missing()
        .map(_ ->
            HealthCheck.note(
                "processes",
                "one: the shim was built without Gloo's headers",
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

  private static Optional<String> versionIn(Path folder) {
    for (var torch : List.of(folder.resolve("torch"), folder)) {
      for (var header : VERSION_HEADERS) {
        try (var lines = Files.lines(torch.resolve(header))) {
          var numbers =
              lines.map(DEFINE::matcher).filter(m -> m.matches()).map(m -> m.group(2)).toList();
          if (numbers.size() == 3) {
            return Optional.of(String.join(".", numbers));
          }
        } catch (IOException e) {
          // older ones have it in the other place
        }
      }
    }
    return Optional.empty();
  }
}
