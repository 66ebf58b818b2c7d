package toco.config;

import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// Sizes of images that are not given: those nearest to the defaults that the backbone's patch
/// fits, at every image scale that is not given either.
final class SizeDefaults {
  /// For the list of all keys.
  static final String NOTE =
      "with a patch that they are no multiples of: augment.cropSizePx, train.localCropSizePx and"
          + " eval.sizePx are the nearest multiples";

  private final Map<String, JsonNode> values;
  private final Map<String, String> origins;

  private SizeDefaults(Map<String, JsonNode> values, Map<String, String> origins) {
    this.values = values;
    this.origins = origins;
  }

  /// @param values of all keys; changed
  /// @param origins of those that are not the default
  static void complete(Map<String, JsonNode> values, Map<String, String> origins) {
    var sizes = new SizeDefaults(values, origins);
    int patch = sizes.patchSizePx();
    if (patch > 0) {
      sizes.add("augment.cropSizePx", patch, "cam.scales");
      sizes.add("train.localCropSizePx", patch);
      sizes.add("eval.sizePx", patch, "eval.scales", "eval.camScales");
    }
  }

  private void add(String name, int patch, String... scaleKeys) {
    if (origins.containsKey(name)) {
      return;
    }
    var scales =
        Arrays.stream(scaleKeys)
            .filter(key -> !origins.containsKey(key))
            .flatMap(key -> value(key).values().stream())
            .map(JsonNode::doubleValue)
            .toList();
    int size = new PatchSizes(patch).nearest(value(name).intValue(), scales);
    values.put(name, JsonNodeFactory.instance.numberNode(size));
  }

  /// The backbone's patch; 0 if backbone or patch is not a valid value.
  private int patchSizePx() {
    var backbone = value("model.backbone").asString("");
    if (backbone.equals(Backbone.CUSTOM.toString())) {
      var patch = value("model.patchSizePx");
      return patch.canConvertToInt() ? patch.intValue() : 0;
    }
    return BackboneNames.find(backbone).map(Backbone::patchSizePx).orElse(0);
  }

  private JsonNode value(String name) {
    return values.getOrDefault(name, JsonNodeFactory.instance.missingNode());
  }
}
