package toco.cli;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import toco.bench.OpsBench;

@Command(
    name = "ops",
    header = "Measures single operator calls from Java to LibTorch.",
    description = {
      "With --json, one object: addNs (a one-element add, including freeing its result, in ns),"
          + " downcallNs (an empty call), linearMs and linearGflops (a linear layer, 1568×768 to"
          + " 3072), threads, libtorch, cpuCapability."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  toco bench ops", "  toco bench ops --json"})
final class BenchOpsCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  BenchOpsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var result = OpsBench.run();
    if (json) {
      console.printJson(result);
    } else {
      console.print(
          String.format(
              Locale.ROOT,
              """
              add, one element     %10.1f ns
              empty call           %10.1f ns
              linear 1568×768→3072 %10.3f ms = %.1f GFLOP/s
              LibTorch %s, %s, %d threads
              """,
              result.addNs(),
              result.downcallNs(),
              result.linearMs(),
              result.linearGflops(),
              result.libtorch(),
              result.cpuCapability(),
              result.threads()));
    }
    return ExitStatus.SUCCESS;
  }
}
