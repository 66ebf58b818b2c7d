package toco.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.recipe.toco.TocoLosses;

/// The defaults are the published VOC recipe with DeiT-B (METHOD.md). Values are read from text, so
/// all comparisons are exact.
class DefaultsTest {
  private final Config config = Config.defaults();

  @Test
  void networkIsThePublishedOne() {
    var model = config.model();
    assertEquals(Backbone.DEIT_BASE_PATCH16_224, model.backbone());
    assertEquals(
        new EncoderShape(224, 16, 768, 12, 12, 4, true, 1e-6, 0.125, false, VitVariant.PLAIN),
        model.encoderShape());
    assertNull(model.pretrained());
    assertEquals(-3, model.auxLayer());
    assertEquals(21, model.numClasses());
    assertEquals(20, model.foregroundClasses());
    assertEquals(2048, model.projectionHidden());
    assertEquals(256, model.projectionBottleneck());
    assertEquals(1024, model.projectionOut());
    assertEquals(512, model.decoderChannels());
    assertEquals(5, model.decoderDilation());
    assertEquals(0.9, model.teacherMomentum());
    assertEquals(0.02, model.initStd());
  }

  @Test
  void trainingIsThePublishedOne() {
    var train = config.train();
    assertEquals(20_000, train.maxIters());
    assertEquals(1500, train.warmupIters());
    assertEquals(1e-6, train.warmupRatio());
    assertEquals(2, train.samplesPerProcess());
    assertEquals(8, train.localCrops());
    assertEquals(96, train.localCropSizePx());
    assertEquals(TrainConfig.Compat.REFERENCE, train.compat());
    var optim = config.optim();
    assertEquals(OptimConfig.Kind.POLY_WARMUP_ADAMW, optim.kind());
    assertEquals(6e-5, optim.lr());
    assertEquals(6e-5 * 10, optim.classifierLr());
    assertEquals(6e-5 * 10, optim.decoderLr());
    assertEquals(0.01, optim.weightDecay());
    assertEquals(List.of(0.9, 0.999), optim.betas());
    assertEquals(0.9, optim.power());
    var cam = config.cam();
    assertEquals(List.of(1.0, 0.5, 1.5), cam.scales());
    assertEquals(0.7, cam.highThreshold());
    assertEquals(0.25, cam.lowThreshold());
    assertEquals(0.5, cam.backgroundThreshold());
    assertEquals(10, cam.parIterations());
    assertEquals(List.of(1, 2, 4, 8, 12, 24), cam.parDilations());
    assertEquals(0.2, cam.negativeRatio());
  }

  @Test
  void viewsAreThePublishedOnes() {
    var expected =
        new AugmentConfig(
            448,
            AugmentConfig.Crop.RESIZED,
            0.5,
            2,
            0.5,
            0.5,
            0.8,
            0.4,
            0.4,
            0.2,
            0.1,
            0.2,
            1,
            0.5,
            0.1,
            0.1,
            2,
            0.2,
            0.4,
            1,
            3.0 / 4,
            4.0 / 3);
    assertEquals(expected, config.augment());
  }

  @Test
  void vocScheduleHoldsSegmentationBackThroughIteration2000() {
    var loss = config.loss();
    assertEquals(0.2, TocoLosses.of(loss).at(0).of(TocoLosses.PTC));
    assertEquals(0.5, TocoLosses.of(loss).at(0).of(TocoLosses.CTC));
    assertEquals(0, TocoLosses.of(loss).at(2000).of(TocoLosses.SEG));
    assertEquals(0, TocoLosses.of(loss).at(2000).of(TocoLosses.REG));
    assertEquals(0.1, TocoLosses.of(loss).at(2001).of(TocoLosses.SEG));
    assertEquals(0.05, TocoLosses.of(loss).at(2001).of(TocoLosses.REG));
    assertTrue(loss.labelsFromMainCamAt(0));
    assertEquals(0.5, loss.ctcTemperature());
    assertEquals(1e-7, loss.energyWeight());
    assertEquals(15, loss.energySigmaRgb());
    assertEquals(100, loss.energySigmaXy());
    assertEquals(0.5, loss.energyScaleFactor());
  }

  @Test
  void trainingNeedsNoMasks() {
    assertFalse(config.data().labelsFromMasks());
    assertEquals(20, config.data().classNames().size());
  }

  @Test
  void everyBackboneHasTimmsShape() {
    assertEquals(192, shape("deit_tiny_patch16_224").embedDim());
    assertEquals(6, shape("deit_small_patch16_224").numHeads());
    assertEquals(24, shape("vit_large_patch16_384").depth());
    assertEquals(24, shape("vit_large_patch16_384").gridSize());
    assertEquals(2, shape("deit_small_distilled_patch16_224").prefixTokens());
    var early = shape("vit_small_early_patch16_224");
    var scratchScale = 1 / Math.sqrt(96);
    assertEquals(
        new EncoderShape(224, 16, 768, 8, 8, 3, false, 1e-5, scratchScale, false, VitVariant.PLAIN),
        early);
    var pretrained =
        config.with("model.backbone=vit_small_early_patch16_224", "model.pretrained=x");
    assertEquals(1 / Math.sqrt(768), pretrained.model().encoderShape().attentionScale());
  }

  private EncoderShape shape(String backbone) {
    return config.with("model.backbone=" + backbone).model().encoderShape();
  }
}
