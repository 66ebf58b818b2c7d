package toco.cli;

import java.nio.file.Path;
import java.util.Set;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.infer.HeatMapExport;
import toco.infer.LabelChoice;
import toco.infer.MapSource;

/// What the commands that draw class maps have in common.
final class HeatMapOptions {
  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--images",
      required = true,
      paramLabel = "PATH",
      description = "An image, or a folder of images; its sub-folders count.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path images;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to.")
  @SuppressWarnings("NullAway.Init")
  Path out;

  @Option(
      names = "--labels",
      paramLabel = "auto|dataset|predicted",
      defaultValue = "auto",
      description =
          "Whose classes have maps: auto takes the data set's for its own images, and the predicted"
              + " ones for others (default: auto).")
  LabelChoice labels = LabelChoice.AUTO;

  @Option(names = "--per-class", description = "Draw each class alone too: NAME.CLASS.png.")
  boolean perClass;

  @Option(
      names = "--npy",
      description =
          "Write the numbers too, as the published code does: numpy.load(f, allow_pickle=True)"
              + ".item() has keys (classes from 0) and high_res (float32, classes×H×W).")
  boolean npy;

  int run(Console console, Set<MapSource> sources) {
    var loaded = network.load();
    var options = new HeatMapExport.Options(images, out, sources, labels, perClass, npy);
    var progress = console.progress();
    var heard = new ImageProgress(progress, "drawing maps");
    try (var trained = network.open(loaded)) {
      var result = HeatMapExport.write(trained, options, heard);
      progress.clear();
      console.print(
          "wrote %s: %d images, %d with the data set's classes and %d with predicted ones, see %s\n"
              .formatted(
                  out,
                  result.images(),
                  result.images() - result.predicted(),
                  result.predicted(),
                  out.resolve("classes.csv")));
      return heard.finish(result.unreadable(), result.images());
    }
  }
}
