package toco.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import toco.doctor.Doctor;
import toco.doctor.Surroundings;

@Command(
    name = "doctor",
    header =
        "Checks JDK, LibTorch, shim, memory, disk and tools, and gives a remedy for each problem.",
    description = {
      "Works without LibTorch and neither installs nor builds anything. The exit status is 1 if"
          + " anything is missing.",
      "With --json, one object: ok, and checks, each with name, state (ok, note, missing), found"
          + " and remedy."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  toco doctor", "  toco doctor --json"})
final class DoctorCommand implements Callable<Integer> {
  private final Console console;

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  boolean json;

  DoctorCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    var report = Doctor.examine(Surroundings.ofProcess());
    if (json) {
      console.printJson(report.toJson());
    } else {
      console.print(report.table());
    }
    return report.healthy() ? ExitStatus.SUCCESS : ExitStatus.FAILURE;
  }
}
