package toco.config;

import static toco.config.ModelConfig.SCRIPT;
import static toco.config.ValueChecks.invalid;
import static toco.config.ValueChecks.path;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks of the keys of `model.*` that name the encoder, or one of its blocks.
final class EncoderChecks {
  private EncoderChecks() {}

  /// Checks where the encoder and its weights come from.
  static void source(
      String encoder, List<String> outputs, Backbone backbone, @Nullable Path pretrained) {
    if (outputs.size() != 3) {
      throw invalid(
          "model.scriptOutputs",
          "three names: of class token, patch tokens and auxiliary tokens",
          outputs);
    }
    if (encoder.equals("own")) {
      return;
    }
    if (!encoder.startsWith(SCRIPT) || encoder.length() == SCRIPT.length()) {
      throw invalid("model.encoder", "own or script:PATH", encoder);
    }
    path("model.encoder", encoder.substring(SCRIPT.length()));
    if (backbone != Backbone.CUSTOM) {
      throw new ConfigException(
          "model.encoder",
          "model.encoder %s needs model.backbone custom, with the script's patchSizePx and embedDim"
              .formatted(encoder));
    }
    if (pretrained != null) {
      throw new ConfigException(
          "model.pretrained",
          ("model.pretrained cannot be combined with model.encoder %s, which has its own weights;"
                  + " remove one of the two")
              .formatted(encoder));
    }
  }

  /// Checks the keys that need access to the encoder's blocks.
  ///
  /// @param depth the number of blocks; 0 for a TorchScript encoder, which gives no access
  static void blocks(
      int depth, int auxLayer, FrozenBlocks frozen, double dropPath, boolean attendedPooling) {
    boolean own = depth > 0;
    if (own && (auxLayer < -depth || auxLayer > -1)) {
      var expected = "from " + -depth + " to -1 (counted from the last block)";
      throw invalid("model.auxLayer", expected, auxLayer);
    }
    checkFrozen(frozen, own, depth);
    if (!(dropPath >= 0 && dropPath < 1)) {
      throw invalid("model.dropPath", "in [0, 1)", dropPath);
    }
    if (!own && dropPath > 0) {
      throw needsBlocks("model.dropPath", dropPath, "0");
    }
    if (!own && attendedPooling) {
      throw needsBlocks("model.attendedPooling", true, "false");
    }
  }

  private static void checkFrozen(FrozenBlocks frozen, boolean own, int depth) {
    if (frozen.all() || frozen.count() == 0) {
      return;
    }
    if (!own) {
      throw needsBlocks("model.frozenBlocks", frozen, "0 or all");
    }
    if (frozen.count() > depth) {
      throw invalid(
          "model.frozenBlocks",
          "from 0 to %s, the encoder's number of blocks, or all".formatted(depth),
          frozen);
    }
  }

  private static ConfigException needsBlocks(String key, Object value, String remedy) {
    return new ConfigException(
        key,
        ("%s %s needs access to the encoder's blocks, which a TorchScript module does not give;"
                + " set it to %s")
            .formatted(key, value, remedy));
  }
}
