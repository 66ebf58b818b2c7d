package toco.cli;

import java.nio.file.Path;
import java.util.Locale;
import toco.checkpoint.TorchScriptExport;
import toco.checkpoint.TrainedNetwork;
import toco.files.OptionalLibrary;
import toco.onnx.OnnxExport;

/// What `toco export` writes. A further format is a constant with its [#write].
enum ExportFormat {
  TORCHSCRIPT {
    @Override
    String write(Path out, TrainedNetwork network) {
      return difference(TorchScriptExport.write(out, network.model(), network.config()));
    }
  },
  ONNX {
    @Override
    String write(Path out, TrainedNetwork network) {
      var found = OnnxExport.write(out, network.model(), network.config());
      return found.isPresent()
          ? difference(found.getAsDouble())
          : "not checked, because " + OptionalLibrary.ONNX_RUNTIME.missing().orElse("");
    }
  };

  /// Writes a network; what was there is unchanged if that fails.
  ///
  /// @param out as the user wrote it
  /// @return what is known of the result: a clause that follows its name
  abstract String write(Path out, TrainedNetwork network);

  private static String difference(double relative) {
    return String.format(
        Locale.ROOT,
        "outputs differ from the network's by at most %.1e of their largest value",
        relative);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
