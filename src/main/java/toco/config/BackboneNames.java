package toco.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// timm's names of backbones: an architecture and, after a dot, a tag that names the release.
///
/// A tag counts where ToCo treats releases of an architecture differently, and begins as the tag in
/// ToCo's name: `vit_base_patch16_224.augreg_in21k` is `vit_base_patch16_224.augreg`. Other tags
/// are ignored: `deit3_base_patch16_224.fb_in1k` is `deit3_base_patch16_224`.
final class BackboneNames {
  private static final List<String> HUBS = List.of("hf_hub:timm/", "hf-hub:timm/", "timm/");

  /// Releases of Google that were trained with the same statistics as AugReg's.
  private static final Pattern AUGREG = Pattern.compile("(orig|sam)_in.*");

  private static final Pattern QUICK_GELU = Pattern.compile("(openai|dfn2b|metaclip\\w*)");

  private BackboneNames() {}

  /// The backbone that a name means; empty if it is unknown.
  ///
  /// @throws ConfigException if timm's name and tag contradict each other
  static Optional<Backbone> find(String text) {
    var name = text.toLowerCase(Locale.ROOT);
    for (var hub : HUBS) {
      name = name.startsWith(hub) ? name.substring(hub.length()) : name;
    }
    int dot = name.indexOf('.');
    var architecture = dot < 0 ? name : name.substring(0, dot);
    var tag = dot < 0 ? "" : name.substring(dot + 1);
    requireActivation(architecture, tag);
    var release = AUGREG.matcher(tag).matches() ? "augreg" : tag;
    return Stream.of(Backbone.values())
        .filter(backbone -> {
          var own = backbone.toString();
          return own.startsWith(architecture + ".")
              && release.startsWith(own.substring(architecture.length() + 1));
        })
        .findFirst()
        .or(() ->
            Stream.of(Backbone.values())
                .filter(backbone -> backbone.toString().equals(architecture))
                .findFirst());
  }

  /// The plain names of CLIP have exact GELU, which these releases were not trained with.
  private static void requireActivation(String architecture, String tag) {
    if (architecture.contains("_clip_")
        && !architecture.contains("quickgelu")
        && QUICK_GELU.matcher(tag).matches()) {
      throw new ConfigException(
          "model.backbone",
          "model.backbone %s.%s has GELU, but these weights were trained with quick-GELU; use %s"
              .formatted(architecture, tag, architecture.replace("_clip_", "_clip_quickgelu_")));
    }
  }

  /// The name that a misspelt one most likely means.
  static Optional<String> closest(String text) {
    return Spelling.closest(text, Stream.of(Backbone.values()).map(Backbone::toString).toList());
  }
}
