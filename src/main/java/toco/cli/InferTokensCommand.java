package toco.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import toco.files.ResultFolder;
import toco.infer.TokenReport;

@Command(
    name = "tokens",
    header = "Shows how similar the tokens of an image are.",
    description = {
      "Writes DIR/class_token.png, the cosine similarity between class token and patch tokens;"
          + " DIR/point.png, between the patch token at the point and all patch tokens;"
          + " DIR/patch_cosine.png, the mean cosine similarity of all pairs of patch tokens after"
          + " each block: close to 1, the tokens have become uniform (over-smoothing). Colours"
          + " range from the smallest to the largest value.",
      "Prints the means per block as a table. With --json, one object: image, gridH, gridW, pointX,"
          + " pointY, patchRow, patchColumn, classToken and point (rows of cosines), patchCosine"
          + " (one number per block), patchCosineNormed (after the final norm, as in toco eval)."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco infer tokens runs/demo/config.yaml --image cat.jpg --point 120,80 --out tokens \\",
      "    --checkpoint runs/demo/checkpoints/step-000600.safetensors --json"
    })
final class InferTokensCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Mixin NetworkOptions network = new NetworkOptions();

  @Option(names = "--image", required = true, paramLabel = "FILE", description = "The image.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path image;

  @Option(
      names = "--point",
      required = true,
      paramLabel = "X,Y",
      description = "A pixel of the image: column and row, from 0.")
  String point = "";

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write to.")
  @SuppressWarnings("NullAway.Init")
  Path out;

  @Option(names = "--json", description = "Print one JSON object instead of the table.")
  boolean json;

  InferTokensCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (!point.matches("\\d{1,9},\\d{1,9}")) {
      throw new ParameterException(
          spec.commandLine(), "--point must be X,Y, such as 120,80, got '%s'".formatted(point));
    }
    int comma = point.indexOf(',');
    int x = Integer.parseInt(point.substring(0, comma));
    int y = Integer.parseInt(point.substring(comma + 1));
    ResultFolder.requireFolder(out);
    network.requireMaps();
    try (var trained = network.open(network.load())) {
      var report = TokenReport.write(trained, image, x, y, out);
      if (json) {
        console.printJson(report);
      } else {
        console.print(table(report));
      }
    }
    return ExitStatus.SUCCESS;
  }

  private static String table(TokenReport.Report report) {
    var text = new StringBuilder("mean cosine of patch tokens\n");
    for (int i = 0; i < report.patchCosine().size(); i++) {
      text.append(
          String.format(Locale.ROOT, "block %-3d %8.4f\n", i + 1, report.patchCosine().get(i)));
    }
    return text.append(String.format(Locale.ROOT, "normed    %8.4f\n", report.patchCosineNormed()))
        .toString();
  }
}
