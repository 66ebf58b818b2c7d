package toco.checkpoint;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import toco.checkpoint.EncoderVocabulary.Word;

/// The naming schemes of published vision transformers. Each is recognised by the name of its patch
/// embedding and of its first block; what comes before both is the encoder's prefix in the file.
///
/// A leading `encoder.` is no sign of ToCo's own files: transformers' ViT and DINOv2 have it too.
enum EncoderLayout {
  /// timm, and the original repositories of DeiT, DINO, MAE, DINOv2 and DINOv3. DINOv2's training
  /// puts blocks into chunks, `blocks.CHUNK.N.`
  TIMM(
      "timm's names",
      "patch_embed\\.proj\\.weight",
      "blocks\\.(?:\\d{1,4}\\.)?",
      "(patch_embed|blocks|\\w*norm\\w*|attn_pool|rope\\w*|rel_pos\\w*|pos_\\w+)\\..*"),
  /// transformers' ViT, DeiT, MAE, DINOv2, CLIP and DINOv3, in the published form and as 5.x has
  /// them in memory.
  TRANSFORMERS(
      "transformers' names",
      "embeddings\\.patch_embeddings?(\\.projection)?\\.weight",
      "(?:encoder\\.|model\\.)?layers?\\.",
      "(embeddings|encoder|model|layers?|\\w*norm\\w*|rope\\w*)\\..*"),
  /// OpenAI's CLIP and open_clip.
  OPENAI(
      "OpenAI's names",
      "conv1\\.weight",
      "transformer\\.resblocks\\.",
      "(conv1|transformer|ln_\\w+|attn_pool|patchnorm\\w*)\\..*");

  /// What comes before an encoder in files with several, the best first: of ToCo, of DINO, averages
  /// of weights, CLIP's image tower.
  private static final List<String> PREFERRED =
      List.of(
          "encoder.",
          "backbone.",
          "",
          "teacher.backbone.",
          "teacher.",
          "ema.",
          "model.",
          "module.",
          "visual.",
          "vision_model.");

  private final String description;
  private final Pattern anchor;
  private final String blocks;
  private final Pattern block;
  private final Pattern inside;

  EncoderLayout(String description, String anchor, String blocks, String inside) {
    this.description = description;
    this.anchor = Pattern.compile("(|.*\\.)" + anchor);
    this.blocks = blocks;
    this.block = Pattern.compile(blocks + "(\\d{1,4})\\.(.+)");
    this.inside = Pattern.compile(inside);
  }

  /// An encoder in a file.
  ///
  /// @param prefix what comes before its names; empty or with a dot at the end
  /// @param others prefixes of further encoders in the file
  record Place(EncoderLayout layout, String prefix, List<String> others) {
    /// Where in the file its first block is, as part of an expression.
    private Pattern firstBlock() {
      return Pattern.compile(Pattern.quote(prefix) + layout.blocks + "0\\..*");
    }

    private int rank() {
      int rank = PREFERRED.indexOf(prefix);
      return rank >= 0 ? rank : PREFERRED.size();
    }
  }

  /// The encoder to take from a file with these names; empty if there is none.
  static Optional<Place> find(Collection<String> names) {
    var places =
        Stream.of(values())
            .flatMap(layout -> layout.places(names))
            .filter(place -> {
              var first = place.firstBlock();
              return names.stream().anyMatch(name -> first.matcher(name).matches());
            })
            .sorted(
                Comparator.comparingInt(Place::rank)
                    .thenComparingInt(place -> place.prefix.length()))
            .toList();
    return places.stream()
        .findFirst()
        .map(best ->
            new Place(
                best.layout, best.prefix, places.stream().skip(1).map(Place::prefix).toList()));
  }

  private Stream<Place> places(Collection<String> names) {
    return names.stream()
        .map(anchor::matcher)
        .filter(java.util.regex.Matcher::matches)
        .map(match -> new Place(this, match.group(1), List.of()));
  }

  /// The words for what is outside the blocks.
  private List<Word> stem() {
    return switch (this) {
      case TIMM -> EncoderVocabulary.TIMM;
      case TRANSFORMERS -> EncoderVocabulary.TRANSFORMERS;
      case OPENAI -> EncoderVocabulary.OPENAI;
    };
  }

  /// timm's name of a weight, or the name of one of its parts, such as `blocks.0.attn.k.weight`.
  ///
  /// @param inner the name without the prefix
  Optional<String> canonical(String inner) {
    var inBlock = block.matcher(inner);
    return inBlock.matches()
        ? EncoderVocabulary.translated(EncoderVocabulary.BLOCK, inBlock.group(2))
            .map(rest -> "blocks.%s.%s".formatted(Integer.parseInt(inBlock.group(1)), rest))
        : EncoderVocabulary.translated(stem(), inner);
  }

  /// Whether an unknown name looks like a part of the encoder, which would change its results: in a
  /// module of it, or a parameter next to its class token.
  boolean isInside(String inner) {
    return inside.matcher(inner).matches() || inner.indexOf('.') < 0;
  }

  @Override
  public String toString() {
    return description;
  }
}
