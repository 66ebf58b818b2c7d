package toco.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import toco.checkpoint.CheckpointNetworks;
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
          + " different formats. Of a checkpoint with several networks, the one that is evaluated"
          + " is compared. Between two checkpoints without --network it is the trained one, and"
          + " then the state of the recipe, such as the weights of a teacher.",
      "The exit status is 0 if all tensors are bit-equal, and 1 otherwise. With --json, one object:"
          + " onlyFirst, onlySecond, changed (name, what, largest, relative), equal, and state with"
          + " the same keys if the state of a recipe is compared."
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

  @Mixin NetworkOption network = new NetworkOption();

  @Option(names = "--json", description = "Print one JSON object.")
  boolean json;

  CheckpointDiffCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    WeightsDifference weights;
    WeightsDifference state = null;
    try (var _ = TensorScope.open()) {
      var states = List.of(CheckpointNetworks.state(first), CheckpointNetworks.state(second));
      if (network.network == null && states.stream().noneMatch(it -> it.tensors().isEmpty())) {
        weights = WeightsDifference.of(StateDict.load(first), StateDict.load(second));
        state = WeightsDifference.of(states.getFirst(), states.getLast());
      } else {
        weights = WeightsDifference.of(network.load(first), network.load(second));
      }
    }
    if (json) {
      console.printJson(object(weights, state));
    } else {
      console.print(
          state == null
              ? text(weights)
              : "trained network:\n%sstate of the recipe:\n%s"
                  .formatted(text(weights), text(state)));
    }
    boolean isSame = weights.isEmpty() && (state == null || state.isEmpty());
    return isSame ? ExitStatus.SUCCESS : ExitStatus.FAILURE;
  }

  private static Map<String, Object> object(
      WeightsDifference weights, @Nullable WeightsDifference state) {
    var object = new LinkedHashMap<String, Object>();
    object.put("onlyFirst", weights.onlyFirst());
    object.put("onlySecond", weights.onlySecond());
    object.put("changed", weights.changed());
    object.put("equal", weights.equal());
    if (state != null) {
      object.put("state", object(state, null));
    }
    return object;
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
