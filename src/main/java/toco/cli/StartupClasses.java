package toco.cli;

import java.util.List;
import toco.config.Config;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The program that the launcher runs once to record which classes a start loads (`bin/build.sh`).
/// It does a little of what most commands do.
final class StartupClasses {
  private StartupClasses() {}

  public static void main(String[] args) {
    var console = Console.ofProcess();
    console.stop().register();
    for (var line :
        List.of("--help", "--version", "train --help", "config --describe", "config --json")) {
      int _ = Main.run(console, line.split(" "));
    }
    console.print(Config.parse("data: {root: images}", "example", List.of()).toYaml());
    if (System.getProperty("toco.library") != null) { // otherwise the first call would build it
      try (var _ = TensorScope.open()) {
        console.printJson(Tensor.ones(2, 2).sum().item());
      }
    }
    System.exit(ExitStatus.SUCCESS); // which loads classes too
  }
}
