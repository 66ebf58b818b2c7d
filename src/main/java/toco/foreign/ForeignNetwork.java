package toco.foreign;

import java.nio.file.Path;
import java.util.Locale;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Overrides;
import toco.model.LogitNetwork;
import toco.torch.Device;

/// Opens segmentation networks of other programs, to be evaluated and used as this program's own.
///
/// ```java
/// var input = ForeignInput.of("out", "imagenet", InputFit.ANY);
/// var config = ForeignNetwork.config(Path.of("data.yaml"), Overrides.NONE, input);
/// try (var network = ForeignNetwork.open(Path.of("deeplab.onnx"), input, config, Device.CPU)) {
///   var labels = new Segmenter(network, Protocol.Name.VOC).segment(picture);
/// }
/// ```
public final class ForeignNetwork {
  private ForeignNetwork() {}

  /// The configuration to use such a network with: what a file says of data and evaluation.
  ///
  /// @throws toco.config.ConfigException as [Config#loadForOther]
  public static Config config(Path file, Overrides overrides, ForeignInput input) {
    return Config.loadForOther(file, overrides, input.normalization());
  }

  /// Opens a file: ONNX if its name ends with `.onnx`, else TorchScript.
  ///
  /// @param config from [#config]
  /// @param device of the images and of a TorchScript module; ONNX runs on the CPU
  /// @throws ForeignException if the file is no such network
  /// @throws toco.onnx.OnnxException if ONNX Runtime is missing or cannot run the file
  public static TrainedNetwork open(Path file, ForeignInput input, Config config, Device device) {
    var module =
        isOnnx(file) ? OnnxOutputs.open(file, input) : ScriptOutputs.open(file, input, device);
    var logits = new CheckedLogits(file, module, input, config);
    try {
      return new TrainedNetwork(config, new LogitNetwork(config.model(), device, logits), device);
    } catch (RuntimeException e) {
      logits.close();
      throw e;
    }
  }

  private static boolean isOnnx(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
  }
}
