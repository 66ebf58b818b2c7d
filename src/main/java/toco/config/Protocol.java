package toco.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// How an evaluation makes its label maps (METHOD.md "Evaluation"): everything that must be equal
/// for two scores to be comparable, apart from weights and data.
///
/// @param name which of the named protocols it is
/// @param split the list to evaluate
/// @param sizePx side of the square that images are resized to; 0: native size
/// @param scales image scales of the segmentation, in their order
/// @param flip how the segmentations of an image and its flipped image are combined; NONE: no flip
/// @param combine how those of several scales are combined
/// @param camScales image scales over which CAMs are summed; empty: CAMs are not scored
/// @param camBackground activation up to which a pixel of a CAM is background
/// @param crf the dense CRF after the segmentation; null: none
/// @param sidesMultipleOf the patch to whose multiples images are resized where a side is none;
///   null: they are not, pixels beyond the last whole patch are ignored (`model.patchFit`)
public record Protocol(
    Name name,
    Split split,
    int sizePx,
    List<Double> scales,
    Combination flip,
    Combination combine,
    List<Double> camScales,
    double camBackground,
    @Nullable CrfParams crf,
    @Nullable Integer sidesMultipleOf) {
  private static final List<Double> PUBLISHED_SCALES = List.of(1.0, 1.5, 1.25);
  private static final int COCO_SIZE_PX = 448;

  /// The named protocols.
  public enum Name {
    /// The one of evaluations in training: one scale, images of `eval.sizePx`, CAMs are scored too.
    TRAIN_TIME,
    /// The published one for VOC: native size, scales 1, 1.5, 1.25, sum over the flip pair, maximum
    /// over the scales.
    VOC,
    /// The same with the dense CRF.
    VOC_CRF,
    /// The published one for COCO: 448 px, maximum over the flip pair, sum over the scales.
    COCO,
    /// The same with the dense CRF.
    COCO_CRF,
    /// As set by the keys of `eval`.
    CUSTOM;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Protocol {
    scales = ValueChecks.scales("eval.scales", scales);
    camScales = List.copyOf(camScales);
    if (combine == Combination.NONE) {
      throw ValueChecks.invalid("eval.combine", "sum or max", combine);
    }
  }

  /// A named protocol with the split and, where the protocol does not fix them, the settings of a
  /// configuration.
  ///
  /// @throws ConfigException if TRAIN_TIME is given and the keys of `eval` do not fit it
  public static Protocol of(Name name, Config config) {
    var eval = config.eval();
    return switch (name) {
      case TRAIN_TIME -> {
        requireSingleScale(eval);
        yield ofKeys(name, config);
      }
      case VOC, VOC_CRF ->
          published(name, config, 0, Combination.SUM, Combination.MAX, name == Name.VOC_CRF);
      case COCO, COCO_CRF ->
          published(
              name, config, COCO_SIZE_PX, Combination.MAX, Combination.SUM, name == Name.COCO_CRF);
      case CUSTOM -> ofKeys(name, config);
    };
  }

  private static void requireSingleScale(EvalConfig eval) {
    if (!eval.scales().equals(List.of(1.0))) {
      throw notInTraining("eval.scales", "[1]", eval.scales());
    }
    if (eval.flip() != Combination.NONE) {
      throw notInTraining("eval.flip", Combination.NONE, eval.flip());
    }
    if (eval.useCrf()) {
      throw notInTraining("eval.useCrf", false, true);
    }
  }

  private static ConfigException notInTraining(String key, Object expected, Object got) {
    return new ConfigException(
        key,
        ("%s must be %s, got %s: evaluation in training segments at a single scale; set %s=%s, or"
                + " evaluate with --protocol custom")
            .formatted(key, expected, got, key, expected));
  }

  private static Protocol ofKeys(Name name, Config config) {
    var eval = config.eval();
    return new Protocol(
        name,
        eval.split(),
        eval.sizePx(),
        eval.scales(),
        eval.flip(),
        eval.combine(),
        eval.camScales(),
        config.cam().backgroundThreshold(),
        eval.useCrf() ? eval.crf() : null,
        resizedTo(config.model(), eval.sizePx(), eval.scales(), eval.camScales()));
  }

  /// The patch, if images are resized to its multiples and do not have such sizes anyway.
  private static @Nullable Integer resizedTo(
      ModelConfig model, int sizePx, List<Double> scales, List<Double> camScales) {
    var patches = new PatchSizes(model.encoderShape().patchSizePx());
    boolean fits = patches.fit(sizePx, scales) && patches.fit(sizePx, camScales);
    return fits || model.fit() == PatchFit.CROP ? null : patches.patchSizePx();
  }

  private static Protocol published(
      Name name,
      Config config,
      int sizePx,
      Combination flip,
      Combination combine,
      boolean withCrf) {
    return new Protocol(
        name,
        config.eval().split(),
        sizePx,
        PUBLISHED_SCALES,
        flip,
        combine,
        List.of(),
        0,
        withCrf ? CrfParams.EVALUATION : null,
        resizedTo(config.model(), sizePx, PUBLISHED_SCALES, List.of()));
  }

  /// A JSON object with a key for each component; `sidesMultipleOf` only if it is not null, which
  /// files of earlier versions do not have.
  public ObjectNode toJson() {
    ObjectNode json = StrictMapper.JSON.valueToTree(this);
    return sidesMultipleOf == null ? json.without("sidesMultipleOf") : json;
  }

  /// One line for people.
  @Override
  public String toString() {
    var text = new StringBuilder("%s: split %s, ".formatted(name, split));
    text.append(sizePx == 0 ? "native size" : sizePx + " px");
    text.append(sidesMultipleOf == null ? "" : ", sides to multiples of " + sidesMultipleOf);
    text.append(", scales ").append(list(scales));
    text.append(flip == Combination.NONE ? ", no mirror images" : ", flip pair " + flip);
    if (scales.size() > 1) {
      text.append(", over scales ").append(combine);
    }
    if (!camScales.isEmpty()) {
      text.append(", CAM scales ").append(list(camScales));
    }
    return text.append(crf == null ? ", no CRF" : ", " + crf).toString();
  }

  private static String list(List<Double> scales) {
    return scales.stream()
        .map(scale -> Double.toString(scale).replaceFirst("\\.0$", ""))
        .collect(Collectors.joining(" "));
  }
}
