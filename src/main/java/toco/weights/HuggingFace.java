package toco.weights;

import java.util.Map;

/// The host of timm's weights, which may be replaced by a mirror.
final class HuggingFace {
  static final String HOST = "https://huggingface.co";

  private HuggingFace() {}

  /// The mirror that `HF_ENDPOINT` names, as for Hugging Face's own programs; otherwise the host.
  static String endpoint(Map<String, String> environment) {
    var mirror = environment.getOrDefault("HF_ENDPOINT", "").strip().replaceFirst("/+$", "");
    return mirror.isEmpty() ? HOST : mirror;
  }
}
