package toco.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import toco.files.Json;

/// The folder of a network that `toco export --format hf` wrote, in Hugging Face's layout: its
/// `config.json` has the network's configuration as the object `toco`, and next to it what other
/// programs look for.
public final class NetworkFolder {
  /// The file of the configuration.
  public static final String CONFIG = "config.json";

  /// The file of the weights.
  public static final String WEIGHTS = "model.safetensors";

  /// The `model_type`, and the key of the configuration.
  static final String TYPE = "toco";

  private NetworkFolder() {}

  /// The configuration in a folder, as JSON; empty if it has none.
  ///
  /// @throws ConfigException if the file is damaged, or its configuration is missing
  public static Optional<String> configIn(Path folder) {
    return PublishedJson.read(folder.resolve(CONFIG))
        .filter(NetworkFolder::isOwn)
        .map(json -> {
          requireConfig(json);
          return Json.MAPPER.writeValueAsString(json.node().path(TYPE));
        });
  }

  /// The configuration that belongs to a file of weights, if that is a folder's.
  public static Optional<String> configOf(Path weights) {
    boolean isItsFile = WEIGHTS.equals(String.valueOf(weights.getFileName()));
    return isItsFile ? configIn(weights.resolveSibling(".").normalize()) : Optional.empty();
  }

  /// The content of the file for a configuration.
  public static Map<String, Object> json(Config config) {
    var shape = config.model().encoderShape();
    var classes = config.data().classNames();
    var names = new LinkedHashMap<String, String>();
    var numbers = new LinkedHashMap<String, Integer>();
    IntStream.rangeClosed(0, classes.size())
        .forEach(label -> {
          var name = label == 0 ? "background" : classes.get(label - 1);
          names.put(String.valueOf(label), name);
          numbers.put(name, label);
        });
    var json = new LinkedHashMap<String, Object>();
    json.put("model_type", TYPE);
    json.put("num_channels", 3);
    json.put("image_size", shape.imageSizePx());
    json.put("patch_size", shape.patchSizePx());
    json.put("hidden_size", shape.embedDim());
    json.put("num_hidden_layers", shape.depth());
    json.put("num_attention_heads", shape.numHeads());
    json.put("dtype", "float32");
    json.put("id2label", names);
    json.put("label2id", numbers);
    json.put(TYPE, Json.MAPPER.readTree(config.toJson()));
    return json;
  }

  static boolean isOwn(PublishedJson json) {
    return json.text("model_type", "").equals(TYPE);
  }

  /// The encoder of the network, for `model.pretrained`.
  static PublishedEncoder encoder(PublishedJson json) {
    requireConfig(json);
    var text = Json.MAPPER.writeValueAsString(json.node().path(TYPE));
    var model = Config.parse(text, json.file().toString(), Overrides.NONE).model();
    var shape = model.encoderShape();
    return new PublishedEncoder(
        json.file(),
        isPublished(model.backbone(), shape) ? model.backbone() : null,
        shape,
        Optional.of(model.statistics()));
  }

  /// Whether a backbone's name says all of a shape but the size of its images.
  private static boolean isPublished(Backbone backbone, EncoderShape shape) {
    if (backbone == Backbone.CUSTOM) {
      return false;
    }
    var published = backbone.shape(true);
    return published
        .with(shape.imageSizePx(), published.attentionScale(), published.variant())
        .equals(shape);
  }

  private static void requireConfig(PublishedJson json) {
    if (!json.node().path(TYPE).isObject()) {
      throw new ConfigException(
          null,
          ("%s: has model_type %s, but its configuration, an object %s, is missing; export the"
                  + " network again")
              .formatted(json.file(), TYPE, TYPE));
    }
  }
}
