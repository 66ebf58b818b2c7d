package toco.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The weights of a file that an encoder does not need, and why.
final class SkippedWeights {
  /// Names at the beginning of a weight's, and what such weights are; the first that matches.
  private static final Map<Pattern, String> KNOWN = new LinkedHashMap<>();

  /// What is next to a tower of CLIP, and would mean something else within another encoder.
  private static final Pattern TEXT =
      Pattern.compile(
          "(text|text_model|transformer|token_embedding|text_projection|positional_embedding"
              + "|ln_final|attn_mask)(\\..*)?");

  static {
    known("(embeddings\\.)?mask_tokens?", "mask token (only pre-training uses it)");
    known("decoder(_\\w+)?(\\..*)?", "decoder");
    known("rope(_embed|_embeddings)?\\.(periods|inv_freq|freqs)", "constants that are computed");
    known("embeddings\\.position_ids", "constants that are computed");
    known("local_cls_norm\\..*", "norm of local crops (only pre-training uses it)");
    known("pooler\\..*", "pooler");
    known(
        "(\\w+\\.)?(proj|visual_projection(\\.\\w+)?|text_projection(\\.\\w+)?)",
        "projection to the text's space");
    known(
        "logit_scale|logit_bias|input_resolution|context_length|vocab_size",
        "numbers of the text comparison");
    known("(\\w*head\\w*|\\w*classifier|fc|fc_norm)\\..*", "head");
    known("n_averaged", "counter");
  }

  private static final int MAX_NAMED = 4;

  private final Map<String, List<String>> byReason = new TreeMap<>();

  private static void known(String names, String what) {
    KNOWN.put(Pattern.compile(names), what);
  }

  /// What a weight next to an encoder is, if that is known.
  ///
  /// @param inner its name without the encoder's prefix
  static Optional<String> reason(String inner) {
    return KNOWN.entrySet().stream()
        .filter(entry -> entry.getKey().matcher(inner).matches())
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /// What a weight elsewhere in the file is.
  static String reasonOutside(String name, EncoderLayout.Place place) {
    var other = place.others().stream().filter(name::startsWith).findFirst();
    if (other.isPresent() && !other.get().isEmpty()) {
      return "another encoder";
    }
    boolean tower =
        place.prefix().startsWith("visual.") || place.prefix().contains("vision_model.");
    return tower && TEXT.matcher(name).matches()
        ? "text tower"
        : reason(name.substring(commonFolder(name, place.prefix()))).orElse("not of the encoder");
  }

  /// The length of the modules that the name has in common with the prefix.
  private static int commonFolder(String name, String prefix) {
    int common = 0;
    for (int dot = prefix.indexOf('.'); dot >= 0; dot = prefix.indexOf('.', dot + 1)) {
      common = name.startsWith(prefix.substring(0, dot + 1)) ? dot + 1 : common;
    }
    return common;
  }

  void add(String reason, String name) {
    byReason.computeIfAbsent(reason, _ -> new ArrayList<>()).add(name);
  }

  /// Every group with its reason, for the log; empty if there is none.
  String summary() {
    var groups = new ArrayList<String>();
    byReason.forEach((reason, names) -> groups.add(reason + " " + listed(names)));
    return groups.isEmpty() ? "" : "; skipped: " + String.join(", ", groups);
  }

  private static String listed(List<String> names) {
    return names.size() <= MAX_NAMED
        ? "(%s)".formatted(String.join(", ", names))
        : "(%s tensors: %s, …)".formatted(names.size(), names.getFirst());
  }
}
