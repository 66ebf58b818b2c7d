package toco.eval;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.image.LabelMap;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class CamCurveTest {
  private static final List<Double> THRESHOLDS = List.of(0.0, 0.2, 0.45, 0.7, 1.0);

  private static final String CLASS_NAMES =
      "data.classNames=[disc, square, triangle, star, ring, cross]";

  @TempDir Path data;
  private long liveBefore;

  @BeforeEach
  void countTensors() {
    LibTorch.load();
    liveBefore = LibTorch.liveTensors();
  }

  @AfterEach
  void everyTensorIsFreed() {
    assertEquals(liveBefore, LibTorch.liveTensors(), "live tensors");
  }

  private Config config(double threshold) {
    return Config.load(
        Path.of("configs/demo.yaml"),
        List.of(
            "data.root=" + data,
            "data.synthetic.trainImages=1",
            "data.synthetic.valImages=4",
            "data.synthetic.testImages=1",
            "cam.backgroundThreshold=" + threshold,
            "eval.sizePx=32",
            "eval.camScales=[1, 0.5]",
            "model.embedDim=24",
            "model.depth=3",
            "model.initStd=0.2",
            "model.decoderChannels=8"));
  }

  /// The curve is counted in one pass, the evaluation runs once per threshold. One or two of 36,864
  /// pixels may cross a threshold because matrix products of other sizes round differently: that
  /// moves a class's IoU by at most 1e-3.
  @Test
  void everyPointIsTheEvaluationAtThatThreshold() {
    Rng.manualSeed(4);
    try (var model = new Toco(config(0.5).model(), Device.CPU)) {
      var dataset = Dataset.open(config(0.5).data(), Split.VAL);
      var curve =
          CamCurve.evaluate(
              model, config(0.5), dataset, Device.CPU, THRESHOLDS, EvaluationListener.NONE);
      assertEquals(4, curve.images());
      for (int t = 0; t < THRESHOLDS.size(); t++) {
        var scores =
            new Evaluator(config(THRESHOLDS.get(t)), dataset, Device.CPU)
                .evaluate(model, EvaluationListener.NONE);
        assertArrayEquals(
            scores.maps().get(MapKind.CAM).matrix().iou(), curve.cam().get(t).iou(), 1e-3);
        assertArrayEquals(
            scores.maps().get(MapKind.CAM_AUX).matrix().iou(), curve.camAux().get(t).iou(), 1e-3);
      }
      double low = curve.cam().getFirst().iou()[0];
      double high = curve.cam().getLast().iou()[0];
      assertTrue(high - low > 0.1, "the case is to exercise the thresholds");
    }
  }

  /// Each image is counted by itself, so the matrices equal those of a list without the skipped
  /// images exactly.
  @Test
  void imagesThatCannotBeEvaluatedAreSkippedAndListed() throws IOException {
    Rng.manualSeed(4);
    var config = config(0.5);
    try (var model = new Toco(config.model(), Device.CPU)) {
      var dataset = Dataset.open(config.data(), Split.VAL);
      var list = data.resolve("lists/val.txt");
      var names = Files.readAllLines(list);
      Files.delete(dataset.maskPlace(0));
      Files.writeString(dataset.imagePath(2), "no image");
      var curve = evaluate(model, config, dataset);
      assertEquals(
          List.of(names.get(0), names.get(2)),
          curve.skipped().stream().map(Skipped::name).toList());
      assertEquals(2, curve.images());
      var rest = config.with("data.layout=voc", "data.valList=rest.txt", CLASS_NAMES);
      Files.write(data.resolve("rest.txt"), List.of(names.get(1), names.get(3)));
      var of = evaluate(model, rest, Dataset.open(rest.data(), Split.VAL));
      for (int t = 0; t < THRESHOLDS.size(); t++) {
        assertArrayEquals(of.cam().get(t).iou(), curve.cam().get(t).iou());
        assertArrayEquals(of.camAux().get(t).iou(), curve.camAux().get(t).iou());
      }
      Files.delete(dataset.maskPlace(1));
      Files.delete(dataset.maskPlace(3));
      var thrown = assertThrows(DataException.class, () -> evaluate(model, config, dataset));
      assertTrue(thrown.getMessage().contains("none of the 4 images"), thrown.getMessage());
    }
  }

  private static CamCurve evaluate(Toco model, Config config, Dataset dataset) {
    return CamCurve.evaluate(
        model, config, dataset, Device.CPU, THRESHOLDS, EvaluationListener.NONE);
  }

  /// Four pixels of class 1 with the values 0.2, 0.4, 0.6, 0.8, of which the last two are
  /// foreground in the truth: thresholds from 0.4 up to 0.6 separate them.
  @Test
  void theBestThresholdIsTheLowestThatSeparatesForegroundAndBackground() {
    var thresholds = List.of(0.1, 0.3, 0.4, 0.5, 0.6, 0.9);
    var cam = new ThresholdCounts(2, thresholds);
    var aux = new ThresholdCounts(2, thresholds);
    try (var _ = TensorScope.open()) {
      var truth =
          new LabelMap(
              Arena.ofAuto().allocateFrom(JAVA_BYTE, new byte[] {0, 0, 1, 1, -1, -1}), 6, 1);
      float[] values = {0.2f, 0.4f, 0.6f, 0.8f, 1, 0};
      cam.add(Tensor.of(values, 1, 1, 6), new long[] {1}, truth);
      aux.add(Tensor.of(values, 1, 1, 6), new long[0], truth);
    }
    var curve = new CamCurve(thresholds, cam.matrices(), aux.matrices(), 1, List.of());
    assertEquals(2, curve.bestCam());
    assertEquals(1, cam.matrices().get(2).miou());
    assertEquals(0.25, aux.matrices().getFirst().miou(), 1e-12, "all background");
    assertTrue(curve.table(List.of("cat")).contains("CAM at 0.4"), curve.table(List.of("cat")));
    assertEquals(0, curve.bestCamAux());
  }

  @Test
  void thresholdsMustIncreaseWithin0And1() {
    for (var wrong :
        List.of(List.<Double>of(), List.of(0.5, 0.5), List.of(-0.1), List.of(0.2, 1.1))) {
      var thrown =
          assertThrows(
              IllegalArgumentException.class,
              () -> new CamCurve(wrong, List.of(), List.of(), 0, List.of()));
      assertTrue(thrown.getMessage().contains("increasing numbers"), thrown.getMessage());
    }
  }
}
