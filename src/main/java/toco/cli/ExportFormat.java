package toco.cli;

import java.nio.file.Path;
import java.util.Locale;
import toco.checkpoint.TorchScriptExport;
import toco.checkpoint.TrainedNetwork;
import toco.hub.HubExport;

/// What `toco export` writes. A further format is a constant with its [#write].
enum ExportFormat {
  TORCHSCRIPT {
    @Override
    String write(Path out, TrainedNetwork network) {
      return difference(TorchScriptExport.write(out, network.model(), network.config()));
    }
  },
  HF {
    @Override
    void check(Path out) {
      HubExport.requireNew(out);
    }

    @Override
    String write(Path out, TrainedNetwork network) {
      var written = HubExport.write(out, network, HubExport.UNKNOWN_LICENCE);
      return "%s tensors, %s in the model card"
          .formatted(
              written.tensors(),
              written.scores() == 0
                  ? "no scores"
                  : "scores of "
                      + (written.scores() == 1
                          ? "one evaluation"
                          : written.scores() + " evaluations"));
    }
  };

  /// Checks a place before the network is loaded, if what is there can be in the way.
  void check(Path out) {}

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
