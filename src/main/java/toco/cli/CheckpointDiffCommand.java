package toco.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.checkpoint.StateDict;
import toco.checkpoint.WeightsDifference;
import toco.checkpoint.WeightsDifference.Changed;
import toco.torch.TensorScope;

@Command(
    name = "diff",
    header = "Compares the weights of two files.",
    description = {
      "Lists tensors that are in only one of the files, tensors whose shape or dtype differs, and"
          + " the largest absolute difference of tensors whose values differ; the relative"
          + " difference is that divided by the tensor's largest value. The files may have"
          + " different formats.",
      "The exit status is 0 if all tensors are bit-equal, and 1 otherwise. With --json, one object:"
          + " onlyFirst, onlySecond, changed (name, what, largest, relative), equal."
    },
    footerHeading = "%nExamples:%n",
    footer = "  toco checkpoint diff demo.pth runs/demo/checkpoints/step-000600.safetensors")
final class CheckpointDiffCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(index = "0", paramLabel = "FIRST", description = "A file of weights.")
  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  Path first;

  @Parameters(index = "1", paramLabel = "SECOND", description = "Another file of weights.")
  @SuppressWarnings("NullAway.Init")
  Path second;

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  CheckpointDiffCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    WeightsDifference difference;
    try (var _ = TensorScope.open()) {
      difference = WeightsDifference.of(StateDict.load(first), StateDict.load(second));
    }
    if (json) {
      console.printJson(difference);
    } else {
      console.print(text(difference));
    }
    return difference.isEmpty() ? ExitStatus.SUCCESS : ExitStatus.FAILURE;
  }

  private String text(WeightsDifference difference) {
    var text = new StringBuilder();
    only(text, first, difference.onlyFirst());
    only(text, second, difference.onlySecond());
    for (var tensor : difference.changed()) {
      text.append(tensor.name()).append(": ").append(line(tensor)).append('\n');
    }
    return text.append(
            "%s tensors are equal, %s differ\n"
                .formatted(
                    difference.equal(),
                    difference.changed().size()
                        + difference.onlyFirst().size()
                        + difference.onlySecond().size()))
        .toString();
  }

  private static void only(StringBuilder text, Path file, List<String> names) {
    names.forEach(name -> text.append("only in %s: %s\n".formatted(file, name)));
  }

  private static String line(Changed tensor) {
    var difference =
        Double.isNaN(tensor.largest())
            ? ""
            : String.format(
                Locale.ROOT, "by at most %.3g, relative %.3g", tensor.largest(), tensor.relative());
    return tensor.what()
        + (tensor.what().isEmpty() || difference.isEmpty() ? "" : ", ")
        + difference;
  }
}
