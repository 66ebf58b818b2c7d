package toco.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import toco.run.RunFolder;
import toco.run.RunHistory;
import toco.track.RunEnd;
import toco.track.Tracking;

@Command(
    name = "track",
    header = "Sends a run to MLflow: settings, losses, scores, pictures, reports.",
    description = {
      "Sends what the run's folder has and the server has not: all of a run that was trained"
          + " without MLflow, the rest of one that was trained while the server was away, and"
          + " files that were made later, such as report.html and eval.json.",
      "With track.mlflow in its configuration, a training does this by itself.",
      "Name and password are those of MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or"
          + " MLFLOW_TRACKING_TOKEN."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco track runs/voc_deit_b",
      "  toco track runs/demo --set track.mlflow=http://127.0.0.1:5000 --set track.experiment=demo"
    })
final class TrackCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Folder of the run.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path run;

  @Mixin SetOption set = new SetOption();

  TrackCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (var folder = RunFolder.hold(run)) {
      var config = folder.config(set.overrides());
      boolean isComplete = RunHistory.read(run).lastStep() >= config.train().maxIters();
      var how = isComplete ? RunEnd.FINISHED : RunEnd.KILLED;
      Tracking.sendAll(config, run, how, console.progress()::onMessage);
    }
    console.print("sent %s\n".formatted(run));
    return ExitStatus.SUCCESS;
  }
}
