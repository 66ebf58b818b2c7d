package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import toco.annotation.AnnotationExport;
import toco.config.EvalConfig;
import toco.files.ResultFolder;
import toco.infer.HeatMapExport;
import toco.infer.LabelChoice;
import toco.infer.MapSource;

/// The options of the commands that draw class maps.
final class HeatMapOptions {
  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(
      names = "--images",
      required = true,
      paramLabel = "PATH",
      description =
          "An image, or a folder of images, including its sub-folders; can be given several"
              + " times.")
  List<Path> images = List.of();

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path out;

  @Option(
      names = "--labels",
      paramLabel = "auto|dataset|predicted",
      defaultValue = "auto",
      description =
          "The classes to draw: dataset, those of the image's labels; predicted, those that the"
              + " network predicts; auto, dataset for images of the data set and predicted for"
              + " others (default: auto).")
  LabelChoice labels = LabelChoice.AUTO;

  @Option(names = "--per-class", description = "Also draw each class separately: NAME.CLASS.png.")
  boolean perClass;

  @Option(
      names = "--npy",
      description =
          "Also write the values, as the published code does: numpy.load(f, allow_pickle=True)"
              + ".item() has keys (classes from 0) and high_res (float32, classes×H×W).")
  boolean npy;

  int run(
      Console console,
      Function<EvalConfig, Set<MapSource>> sources,
      AnnotationExport.Options formats) {
    ResultFolder.requireFolder(out);
    var loaded = network.load();
    var options =
        new HeatMapExport.Options(
            images, out, sources.apply(loaded.eval()), labels, perClass, npy, formats);
    var progress = console.progress();
    var heard = new ImageProgress(progress, "drawing maps");
    try (var trained = network.open(loaded)) {
      var result = HeatMapExport.write(trained, options, heard);
      progress.clear();
      console.print(
          "wrote %s: %s images, %s with the data set's classes and %s with predicted ones, see %s\n"
              .formatted(
                  out,
                  result.images(),
                  result.images() - result.predicted(),
                  result.predicted(),
                  out.resolve("classes.csv")));
      console.print(FormatOptions.lines(result.annotations()));
      return heard.finish(result.unreadable(), result.images());
    }
  }
}
