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
import toco.model.GraphCategoryAttention;
import toco.model.MoreNetwork;
import toco.model.Network;
import toco.model.Toco;
import toco.torch.Device;
import tools.jackson.databind.JsonNode;

/// The small network that golden cases of network parts use: `micro.safetensors`, with its sizes in
/// the metadata.
final class MicroNetwork {

  private MicroNetwork() {}

  /// The configuration with the network's sizes; everything else is the default.
  static Config config(Path directory) {
    var micro = recorded(directory);
    var sizes = shared(micro);
    if (micro.has("projection_out")) { // ToCo's heads
      add(sizes, micro, "projectionHidden", "projection_hidden");
      add(sizes, micro, "projectionBottleneck", "projection_bottleneck");
      add(sizes, micro, "projectionOut", "projection_out");
    }
    add(sizes, micro, "teacherMomentum", "teacher_momentum");
    return Config.parse("", "defaults", sizes); // with crops that the patch fits
  }

  /// The same for MoRe's network.
  static Config moreConfig(Path directory) {
    var micro = recorded(directory);
    micro.require("register_tokens", MoreNetwork.REGISTERS);
    micro.require("num_attri", micro.get("num_classes").intValue() - 1.0 + MoreNetwork.REGISTERS);
    micro.require("gca_dim", micro.get("embed_dim").doubleValue());
    micro.require("gca_token_ratio", GraphCategoryAttention.NEIGHBOUR_RATIO);
    micro.require("gca_layer_norm_eps", GraphCategoryAttention.NORM_EPS);
    micro.require("leaky_relu_slope", GraphCategoryAttention.SLOPE);
    var sizes = shared(micro);
    sizes.add("recipe=more");
    return Config.parse("", "defaults", withRoom(sizes, micro));
  }

  /// The same for CoSA's networks.
  static Config cosaConfig(Path directory) {
    var micro = recorded(directory);
    var sizes = shared(micro);
    sizes.add("recipe=cosa");
    return Config.parse("", "defaults", withRoom(sizes, micro));
  }

  /// With images that are multiples of the patch at any recorded scale of CAMs. Cases do not use
  /// their sizes.
  private static List<String> withRoom(List<String> sizes, Sizes micro) {
    int size = 80 * micro.get("patch_size").intValue();
    sizes.add("augment.cropSizePx=" + size);
    sizes.add("eval.sizePx=" + size);
    return sizes;
  }

  private static Sizes recorded(Path directory) {
    var file = directory.resolve("micro.safetensors");
    var metadata = SafeTensors.read(file).metadata().get("config");
    if (metadata == null) {
      throw new CheckpointException(file, "its metadata has no 'config', the sizes of the network");
    }
    return new Sizes(file, Json.MAPPER.readTree(metadata));
  }

  /// What all methods' networks have.
  private static List<String> shared(Sizes micro) {
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
    add(sizes, micro, "decoderChannels", "decoder_channels");
    add(sizes, micro, "decoderDilation", "decoder_dilation");
    int foreground = micro.get("num_classes").intValue() - 1;
    sizes.add(
        "data.classNames="
            + IntStream.rangeClosed(1, foreground).mapToObj(k -> "class" + k).toList());
    return sizes;
  }

  /// A fresh copy of the network with the recorded weights; the caller closes it.
  static Toco load(Path directory, Config config, Device device) {
    return withWeights(directory, new Toco(config.model(), device));
  }

  /// The same of MoRe.
  static MoreNetwork loadMore(Path directory, Config config, Device device) {
    return withWeights(directory, new MoreNetwork(config.model(), device));
  }

  private static <N extends Network> N withWeights(Path directory, N model) {
    try {
      var file = directory.resolve("micro.safetensors");
      var weights = SafeTensors.read(file).tensors();
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

    /// Requires a constant, which this version has no other value of.
    void require(String name, double expected) {
      double size = get(name).doubleValue();
      if (size != expected) {
        throw new CheckpointException(
            file, "its metadata 'config' has %s = %s; expected %s".formatted(name, size, expected));
      }
    }
  }
}
