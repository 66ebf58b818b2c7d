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
/// @param labelsKnown whether the segmentation is scored once more with the image's true classes
///   known
/// @param maps the class maps that are segmented or, with CAMs, scored in addition; null: none
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
    @Nullable Integer sidesMultipleOf,
    boolean labelsKnown,
    @Nullable ClassMap maps) {
  private static final List<Double> PUBLISHED_SCALES = List.of(1.0, 1.5, 1.25);
  private static final List<Double> COSA_SCALES = List.of(1.0, 0.5, 1.5, 0.75, 1.25);
  private static final int PUBLISHED_SIZE_PX = 448;

  /// The named protocols.
  public enum Name {
    /// The one of evaluations in training: one scale, images of `eval.sizePx`, CAMs are scored too.
    TRAIN_TIME(SegmentationSource.DECODER),
    /// The published one for VOC: native size, scales 1, 1.5, 1.25, sum over the flip pair, maximum
    /// over the scales.
    VOC(SegmentationSource.DECODER),
    /// The same with the dense CRF.
    VOC_CRF(SegmentationSource.DECODER),
    /// The published one for COCO: 448 px, maximum over the flip pair, sum over the scales.
    COCO(SegmentationSource.DECODER),
    /// The same with the dense CRF.
    COCO_CRF(SegmentationSource.DECODER),
    /// MoRe's for the decoder: scales of 448 px straight from native size.
    MORE(SegmentationSource.DECODER_STRAIGHT),
    /// The same with MoRe's CRF.
    MORE_CRF(SegmentationSource.DECODER_STRAIGHT),
    /// MoRe's for class maps.
    MORE_CAM2SEG(SegmentationSource.MAPS),
    /// The same with MoRe's CRF, by which its published results were made.
    MORE_CAM2SEG_CRF(SegmentationSource.MAPS),
    /// The same for VOC's test server.
    MORE_TEST_CRF(SegmentationSource.MAPS_OF_SEGMENTED),
    /// CoSA's: 448 px, sums over five scales and mirror images.
    COSA(SegmentationSource.DECODER_SUMMED),
    /// The same with CoSA's CRF of one iteration.
    COSA_CRF(SegmentationSource.DECODER_SUMMED),
    /// As set by the keys of `eval`.
    CUSTOM(SegmentationSource.DECODER);

    private final SegmentationSource source;

    Name(SegmentationSource source) {
      this.source = source;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// Whether it depends on a key of `eval`; it fixes what the others set.
    ///
    /// @param key dotted
    public boolean uses(String key) {
      return switch (key) {
        case "eval.split", "eval.labelsKnown" -> true;
        case "eval.mapScales" -> source.isOfMaps();
        case "eval.maps" -> source.isOfMaps() || this == TRAIN_TIME || this == CUSTOM;
        default -> this == TRAIN_TIME || this == CUSTOM;
      };
    }

    private boolean hasCrf() {
      return name().endsWith("_CRF");
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
      case VOC, VOC_CRF -> decoder(name, config, 0, Combination.SUM, Combination.MAX);
      case COCO, COCO_CRF ->
          decoder(name, config, PUBLISHED_SIZE_PX, Combination.MAX, Combination.SUM);
      case MORE, MORE_CRF ->
          decoder(name, config, PUBLISHED_SIZE_PX, Combination.SUM, Combination.MAX);
      case MORE_CAM2SEG, MORE_CAM2SEG_CRF, MORE_TEST_CRF ->
          published(
              name,
              config,
              PUBLISHED_SIZE_PX,
              eval.mapScales(),
              Combination.MAX,
              Combination.SUM,
              List.of(),
              eval.maps());
      case COSA, COSA_CRF ->
          published(
              name,
              config,
              PUBLISHED_SIZE_PX,
              COSA_SCALES,
              Combination.SUM,
              Combination.SUM,
              COSA_SCALES,
              null);
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
        resizedTo(config.model(), eval.sizePx(), eval.scales(), eval.camScales()),
        eval.labelsKnown(),
        eval.camScales().isEmpty() || eval.maps() == ClassMap.CAM ? null : eval.maps());
  }

  /// The patch, if images are resized to its multiples and do not have such sizes anyway.
  private static @Nullable Integer resizedTo(
      ModelConfig model, int sizePx, List<Double> scales, List<Double> camScales) {
    var patches = new PatchSizes(model.encoderShape().patchSizePx());
    boolean fits = patches.fit(sizePx, scales) && patches.fit(sizePx, camScales);
    return fits || model.fit() == PatchFit.CROP ? null : patches.patchSizePx();
  }

  private static Protocol decoder(
      Name name, Config config, int sizePx, Combination flip, Combination combine) {
    return published(name, config, sizePx, PUBLISHED_SCALES, flip, combine, List.of(), null);
  }

  private static Protocol published(
      Name name,
      Config config,
      int sizePx,
      List<Double> scales,
      Combination flip,
      Combination combine,
      List<Double> camScales,
      @Nullable ClassMap maps) {
    boolean hasMaps = maps != null || !camScales.isEmpty();
    return new Protocol(
        name,
        config.eval().split(),
        sizePx,
        scales,
        flip,
        combine,
        camScales,
        hasMaps ? config.cam().backgroundThreshold() : 0,
        name.hasCrf() ? name.source.crf() : null,
        resizedTo(config.model(), sizePx, scales, List.of()),
        config.eval().labelsKnown(),
        maps);
  }

  /// What its segmentation is made of.
  public SegmentationSource source() {
    return name.source;
  }

  /// The same for images of which nothing is scored: without CAMs and true classes.
  public Protocol forInference() {
    return new Protocol(
        name,
        split,
        sizePx,
        scales,
        flip,
        combine,
        List.of(),
        camBackground,
        crf,
        sidesMultipleOf,
        false,
        source().isOfMaps() ? maps : null);
  }

  /// A JSON object with a key for each component; without those of later versions where they change
  /// nothing, so that it equals what earlier versions wrote.
  public ObjectNode toJson() {
    ObjectNode json = StrictMapper.JSON.valueToTree(this);
    if (sidesMultipleOf == null) {
      json.remove("sidesMultipleOf");
    }
    if (!labelsKnown) {
      json.remove("labelsKnown");
    }
    if (maps == null) {
      json.remove("maps");
    }
    return json;
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
    text.append(
        switch (source()) {
          case DECODER -> maps == null ? "" : ", " + maps + " too";
          case DECODER_STRAIGHT -> ", each scale straight from native size";
          case DECODER_SUMMED -> ", aux CAM of the last scale";
          case MAPS -> ", %s of the predicted classes".formatted(maps);
          case MAPS_OF_SEGMENTED -> ", %s of the segmented classes".formatted(maps);
        });
    text.append(labelsKnown ? ", labels-known too" : "");
    return text.append(crf == null ? ", no CRF" : ", " + crf).toString();
  }

  private static String list(List<Double> scales) {
    return scales.stream()
        .map(scale -> Double.toString(scale).replaceFirst("\\.0$", ""))
        .collect(Collectors.joining(" "));
  }
}
