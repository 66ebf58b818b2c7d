package toco.parity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.files.Json;
import toco.model.Toco;
import toco.torch.Device;
import tools.jackson.databind.JsonNode;

/// The small network that golden cases of network parts use: `micro.safetensors`, with its sizes in
/// the metadata.
final class MicroNetwork {

  private MicroNetwork() {}

  /// The configuration with the network's sizes; everything else is the default.
  static Config config(Path directory) {
    var file = directory.resolve("micro.safetensors");
    var metadata = SafeTensors.read(file).metadata().get("config");
    if (metadata == null) {
      throw new CheckpointException(file, "its metadata has no 'config', the sizes of the network");
    }
    var micro = new Sizes(file, Json.MAPPER.readTree(metadata));
    var sizes = new ArrayList<String>();
    sizes.add("model.backbone=custom");
    add(sizes, micro, "imageSizePx", "image_size");
    add(sizes, micro, "patchSizePx", "patch_size");
    add(sizes, micro, "embedDim", "embed_dim");
    add(sizes, micro, "depth", "depth");
    add(sizes, micro, "numHeads", "num_heads");
    add(sizes, micro, "mlpRatio", "mlp_ratio");
    add(sizes, micro, "layerNormEps", "layer_norm_eps");
    add(sizes, micro, "auxLayer", "aux_layer");
    add(sizes, micro, "numClasses", "num_classes");
    if (micro.has("projection_out")) { // CoSA's network has no projection heads
      add(sizes, micro, "projectionHidden", "projection_hidden");
      add(sizes, micro, "projectionBottleneck", "projection_bottleneck");
      add(sizes, micro, "projectionOut", "projection_out");
    }
    add(sizes, micro, "decoderChannels", "decoder_channels");
    add(sizes, micro, "decoderDilation", "decoder_dilation");
    add(sizes, micro, "teacherMomentum", "teacher_momentum");
    int foreground = micro.get("num_classes").intValue() - 1;
    sizes.add(
        "data.classNames="
            + IntStream.rangeClosed(1, foreground).mapToObj(k -> "class" + k).toList());
    return Config.parse("", "defaults", sizes); // with crops that the patch fits
  }

  /// A fresh copy of the network with the recorded weights; the caller closes it.
  static Toco load(Path directory, Config config, Device device) {
    var file = directory.resolve("micro.safetensors");
    var weights = SafeTensors.read(file).tensors();
    var model = new Toco(config.model(), device);
    try {
      new StateDict(file, weights).into(model.params().all());
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static void add(List<String> sizes, Sizes micro, String key, String recorded) {
    sizes.add("model." + key + "=" + micro.get(recorded));
  }

  /// The recorded sizes.
  private record Sizes(Path file, JsonNode recorded) {
    boolean has(String name) {
      return recorded.has(name);
    }

    JsonNode get(String name) {
      var size = recorded.path(name);
      if (!size.isNumber()) {
        throw new CheckpointException(
            file, "its metadata 'config' has no number '%s'".formatted(name));
      }
      return size;
    }
  }
}
