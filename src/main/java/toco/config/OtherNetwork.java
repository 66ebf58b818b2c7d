package toco.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The configuration of a network from elsewhere, of which only its classes and the normalisation
/// of its images are known: what a file says of data, evaluation and device, and the smallest sizes
/// for all else.
final class OtherNetwork {
  private static final List<String> KEPT_SECTIONS = List.of("data.", "cam.", "eval.", "run.");
  private static final List<String> KEPT_KEYS = List.of("train.threads", "train.device");
  private static final List<String> SMALLEST =
      List.of(
          "imageSizePx",
          "patchSizePx",
          "embedDim",
          "depth",
          "numHeads",
          "decoderChannels",
          "projectionHidden",
          "projectionBottleneck",
          "projectionOut");

  private OtherNetwork() {}

  static boolean keeps(String key) {
    return KEPT_KEYS.contains(key) || KEPT_SECTIONS.stream().anyMatch(key::startsWith);
  }

  /// @throws ConfigException naming a change that has no effect
  static void requireUsed(Overrides overrides) {
    overrides.settings().stream()
        .filter(setting -> Key.ALL.containsKey(setting.key()) && !keeps(setting.key()))
        .findFirst()
        .ifPresent(setting -> {
          throw new ConfigException(
                  setting.key(),
                  "has no effect on a network from elsewhere, which takes only keys of data, cam,"
                      + " eval and run, train.device and train.threads; remove it")
              .at(setting.origin());
        });
  }

  /// The keys that describe the network, with their values as YAML.
  static Map<String, String> keys(PixelStatistics statistics) {
    var keys = new LinkedHashMap<String, String>();
    keys.put("model.backbone", Backbone.CUSTOM.toString());
    SMALLEST.forEach(key -> keys.put("model." + key, "1"));
    keys.put("model.auxLayer", "-1");
    keys.put("model.mean", statistics.mean().toString());
    keys.put("model.std", statistics.std().toString());
    return keys;
  }
}
