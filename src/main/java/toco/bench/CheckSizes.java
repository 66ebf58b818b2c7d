package toco.bench;

import java.util.List;
import java.util.stream.Stream;
import toco.config.Overrides;
import toco.config.SyntheticConfig.Variant;
import toco.config.TrainConfig.Precision;
import toco.data.SyntheticShapes;
import toco.host.Machine;

/// How much a check of a device measures.
///
/// @param settings of all steps, without the device
/// @param backbones of the steps; the last one is traced and fed by the loader
/// @param seconds that each row is measured
/// @param workers numbers of loader threads
/// @param demo settings of the demo
/// @param synthetic the demo's data set
public record CheckSizes(
    Overrides settings,
    List<String> backbones,
    List<Integer> samples,
    List<Precision> precisions,
    double seconds,
    List<Integer> workers,
    Overrides demo,
    SyntheticShapes.Options synthetic) {

  private static final Overrides SHORT_DEMO =
      Overrides.of("train.evalEvery", 0)
          .plus("train.checkpointEvery", 0)
          .plus("train.overlayEvery", 0);

  /// The published encoders and crop, the demo with half its steps.
  public static CheckSizes full() {
    int cores = Machine.cores();
    return new CheckSizes(
        Overrides.of("augment.cropSizePx", 448),
        List.of("deit_tiny_patch16_224", "deit_small_patch16_224", "deit_base_patch16_224"),
        List.of(2, 4, 8),
        List.of(Precision.values()),
        1.5,
        Stream.of(1, 2, 4, 8).filter(count -> count == 1 || count < cores).toList(),
        SHORT_DEMO.plus("train.maxIters", 300),
        SyntheticShapes.Options.of(1, Variant.PLAIN));
  }

  /// The smallest that runs everything: for tests, and to try a check on a CPU.
  public static CheckSizes tiny() {
    var images = new SyntheticShapes.Options(1, Variant.PLAIN, 8, 2, 2);
    return new CheckSizes(
        Overrides.of("model.embedDim", 24)
            .plus("model.numHeads", 3)
            .plus("model.depth", 3)
            .plus("model.auxLayer", -3)
            .plus("model.patchSizePx", 8)
            .plus("model.imageSizePx", 64)
            .plus("model.decoderChannels", 8)
            .plus("model.projectionHidden", 16)
            .plus("model.projectionBottleneck", 8)
            .plus("model.projectionOut", 12)
            .plus("augment.cropSizePx", 64)
            .plus("train.localCropSizePx", 32)
            .plus("train.localCrops", 2)
            .plus("eval.sizePx", 64)
            .plus("cam.scales", "[1]"),
        List.of("custom"),
        List.of(1, 2),
        List.of(Precision.FLOAT32, Precision.BFLOAT16),
        0.05,
        List.of(1),
        SHORT_DEMO
            .plus("train.maxIters", 3)
            .plus("train.warmupIters", 1)
            .plus("loss.segStartIter", 1)
            .plus("loss.regStartIter", 1)
            .plus("data.synthetic.trainImages", images.trainCount())
            .plus("data.synthetic.valImages", images.valCount())
            .plus("data.synthetic.testImages", images.testCount()),
        images);
  }

  /// The encoder, images and number format that are traced and fed: the published step, with
  /// bfloat16.
  public Overrides published() {
    return Overrides.of("model.backbone", backbones.getLast())
        .plus("train.samplesPerProcess", 2)
        .plus("train.precision", Precision.BFLOAT16)
        .plus(settings);
  }
}
