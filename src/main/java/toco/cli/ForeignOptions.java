package toco.cli;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import toco.foreign.ForeignInput;
import toco.foreign.InputFit;

/// The options that say how a network of another program is called.
final class ForeignOptions {
  private static final String IMAGENET = "imagenet";

  @Option(
      names = "--output",
      paramLabel = "NAME|N",
      description =
          "Of --network FILE: the output with the logits, by its name in a dict or ONNX file, or"
              + " its position in a tuple, from 0 (default: the only one, or seg, out or logits).")
  @Nullable String output;

  @Option(
      names = "--normalize",
      paramLabel = "HOW",
      description =
          "Of --network FILE: imagenet, none (0…1), half (-1…1), or mean and deviation of levels in"
              + " 0…1, such as 0.485,0.456,0.406/0.229,0.224,0.225 (default: imagenet).")
  @Nullable String normalize;

  @Option(
      names = "--fit",
      paramLabel = "N|WxH",
      description =
          "Of --network FILE: resize images to sides that are multiples of N, such as 32, or to one"
              + " size WIDTHxHEIGHT; the logits are resized back (default: any size).")
  @Nullable String fit;

  /// Reads them.
  ForeignInput input(CommandSpec spec) {
    var sizes = read(spec, "--fit", () -> fit == null ? InputFit.ANY : InputFit.parse(fit));
    return read(
        spec,
        "--normalize",
        () -> ForeignInput.of(output, normalize == null ? IMAGENET : normalize, sizes));
  }

  private static <T> T read(CommandSpec spec, String option, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), option + ": " + e.getMessage(), e);
    }
  }

  /// Checks that none is given for a network of this program.
  void requireUnused(CommandSpec spec) {
    var given = output != null ? "--output" : normalize != null ? "--normalize" : "--fit";
    if (output != null || normalize != null || fit != null) {
      throw new ParameterException(
          spec.commandLine(),
          given
              + " says how --network FILE is called, but the network is that of a --checkpoint;"
              + " leave it out");
    }
  }
}
