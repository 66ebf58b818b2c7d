package toco.cli;

import java.nio.file.Path;
import picocli.CommandLine.IVersionProvider;
import toco.host.Program;
import toco.library.InstalledLibTorch;
import toco.library.LibraryException;
import toco.library.NativeSearch;
import toco.torch.LibTorch;
import toco.torch.TorchException;

/// What `toco --version` prints. The launcher says where LibTorch is; its version is then read from
/// its headers, because loading its libraries takes longer than the rest.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "toco " + ownVersion(),
      "LibTorch " + libTorch(),
      "JDK %s (%s)".formatted(Runtime.version(), System.getProperty("java.home"))
    };
  }

  private static String ownVersion() {
    return Program.version().orElse("(run from classes, not from toco.jar)");
  }

  private static String libTorch() {
    var folder = System.getProperty("toco.libtorch", "");
    if (!folder.isEmpty()) {
      return InstalledLibTorch.version(Path.of(folder))
          .orElse("of unknown version in %s; see toco doctor".formatted(folder));
    }
    var problem = System.getProperty("toco.libtorch.problem", "");
    if (!problem.isEmpty()) {
      return "not found; see toco doctor (%s)".formatted(problem);
    }
    try {
      return NativeSearch.ofProcess().present().isPresent() // loading could build it
          ? LibTorch.version()
          : "not found; see toco doctor";
    } catch (LibraryException | TorchException e) {
      return "not loaded; see toco doctor (%s)".formatted(e.getMessage());
    }
  }
}
