package toco.cli;

import java.nio.file.Path;
import java.util.Locale;
import toco.checkpoint.TorchScriptExport;
import toco.checkpoint.TrainedNetwork;
import toco.files.OptionalLibrary;
import toco.hub.HubExport;
import toco.onnx.OnnxExport;

/// What `toco export` writes. A further format is a constant with its [#write].
enum ExportFormat {
  TORCHSCRIPT {
    @Override
    String write(Path out, TrainedNetwork network, String licence) {
      return difference(TorchScriptExport.write(out, network.model(), network.config()));
    }
  },
  ONNX {
    @Override
    String write(Path out, TrainedNetwork network, String licence) {
      var found = OnnxExport.write(out, network.model(), network.config());
      return found.isPresent()
          ? difference(found.getAsDouble())
          : "not checked, because " + OptionalLibrary.ONNX_RUNTIME.missing().orElse("");
    }
  },
  HF {
    @Override
    void check(Path out) {
      HubExport.requireNew(out);
    }

    @Override
    String write(Path out, TrainedNetwork network, String licence) {
      var written = HubExport.write(out, network, licence);
      return "%s weights; scores in the model card: %s, picture: %s"
          .formatted(written.tensors(), written.scores(), written.hasPicture() ? "yes" : "none");
    }
  };

  /// Checks a place before the network is loaded, if what is there can be in the way.
  void check(Path out) {}

  /// Writes a network; what was there is unchanged if that fails.
  ///
  /// @param out as the user wrote it
  /// @param licence Hugging Face's identifier, of which only [#HF] makes use
  /// @return what is known of the result: a clause that follows its name
  abstract String write(Path out, TrainedNetwork network, String licence);

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
