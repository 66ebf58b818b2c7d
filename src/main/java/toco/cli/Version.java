package toco.cli;

import picocli.CommandLine.IVersionProvider;
import toco.torch.LibTorch;
import toco.torch.TorchException;

/// What `toco --version` prints.
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
    var version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(run from classes, not from toco.jar)" : version;
  }

  private static String libTorch() {
    try {
      return LibTorch.version();
    } catch (TorchException e) {
      return "not loaded; see toco doctor (%s)".formatted(e.getMessage());
    }
  }
}
