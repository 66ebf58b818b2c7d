package toco.parity;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.model.Network;
import toco.recipe.cosa.CosaNetworks;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The two small networks of CoSA's golden cases: `micro.safetensors`, with `online.` and
/// `teacher.` before the names.
final class CosaMicro {
  private CosaMicro() {}

  /// Both networks with the recorded weights; the caller closes them.
  static CosaNetworks load(Path directory, Config config, Device device) {
    var file = directory.resolve("micro.safetensors");
    var networks = CosaNetworks.of(config.model(), device, null);
    try (var _ = TensorScope.open()) {
      var weights = SafeTensors.read(file).tensors();
      load(file, weights, "online.", networks.online());
      load(file, weights, "teacher.", networks.teacher());
      return networks;
    } catch (RuntimeException e) {
      networks.close();
      throw e;
    }
  }

  /// The encoder's head is dead weight of the published code.
  private static void load(Path file, Map<String, Tensor> weights, String prefix, Network model) {
    var own = new LinkedHashMap<String, Tensor>();
    weights.forEach((name, weight) -> {
      if (name.startsWith(prefix)) {
        own.put(name.substring(prefix.length()), weight);
      }
    });
    new StateDict(file, own).into(model.params().all(), name -> name.startsWith("encoder.head."));
  }
}
