package toco.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import toco.checkpoint.WeightsFile;
import toco.torch.DType;

/// The options for the form in which weights are written.
final class WeightsOutput {
  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Prefix of every name, such as module. for data-parallel code.")
  String prefix = "";

  @Option(
      names = "--dtype",
      paramLabel = "DTYPE",
      description =
          "Dtype of all floating-point tensors: float16, bfloat16, float32 or float64 (default:"
              + " unchanged). Other tensors keep theirs.")
  @Nullable DType dtype;

  WeightsFile.Form form(CommandLine command) {
    try {
      return new WeightsFile.Form(prefix, dtype);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command, "--dtype: " + e.getMessage(), e);
    }
  }
}
