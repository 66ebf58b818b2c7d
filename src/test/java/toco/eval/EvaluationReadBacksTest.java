package toco.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.config.Protocol;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.StandIn;

/// How often an evaluation waits for the device: for each image once for its label maps, once for
/// the input of a CRF, and once per batch for what is said of images as a whole.
@OnAccelerator
class EvaluationReadBacksTest extends EvaluationRunFixture {
  private final Device device = StandIn.device(0);

  private static Toco model(Device device) {
    Rng.manualSeed(3);
    return new Toco(SmallNetwork.CONFIG.model(), device);
  }

  private StandIn.Counts counts(Protocol protocol, Config config) {
    try (var model = model(device)) {
      var evaluator = new Evaluator(config, protocol, dataset(), device, 1);
      evaluator.evaluate(model, EvaluationListener.NONE); // what is made once
      StandIn.reset();
      long before = StandIn.counts().liveBytes();
      evaluator.evaluate(model, EvaluationListener.NONE);
      assertEquals(before, StandIn.counts().liveBytes(), "device memory is level");
      assertEquals(List.of(), StandIn.hazards());
      return StandIn.counts();
    }
  }

  /// Twenty images in two batches at 32 px, or one by one at native size.
  @ParameterizedTest
  @CsvSource({"TRAIN_TIME, 22", "VOC, 40", "VOC_CRF, 60"})
  void onceForLabelsAndOnceForEachBatchAndCrf(Protocol.Name name, long readBacks) {
    var config = SmallNetwork.CONFIG;
    var counts = counts(Protocol.of(name, config), config);
    assertEquals(readBacks, counts.readBacks());
    assertEquals(readBacks, counts.waits(), "copies to the device wait for nothing");
  }

  /// The protocols of MoRe and CoSA take images one by one; `cam2seg` also reads which classes the
  /// grid shows.
  @ParameterizedTest
  @CsvSource({"MORE, 2", "MORE_CAM2SEG, 3", "COSA, 2", "COSA_CRF, 3"})
  void oncePerImageByOtherRecipes(Protocol.Name name, long perImage) {
    var published = Protocol.of(name, SmallNetwork.CONFIG);
    var small =
        new Protocol(
            name,
            published.split(),
            32,
            List.of(1.0, 0.5),
            published.flip(),
            published.combine(),
            published.camScales().isEmpty() ? List.of() : List.of(1.0),
            published.camBackground(),
            published.crf(),
            published.sidesMultipleOf(),
            published.labelsKnown(),
            published.maps());
    var counts = counts(small, SmallNetwork.CONFIG);
    assertEquals(perImage * IMAGES, counts.readBacks());
    assertEquals(perImage * IMAGES, counts.waits());
  }

  @Test
  void onceForEachCurveOfAnImage() {
    try (var model = model(device)) {
      StandIn.reset();
      long before = StandIn.counts().liveBytes();
      CamCurve.evaluate(
          model,
          SmallNetwork.CONFIG,
          dataset(),
          device,
          List.of(0.3, 0.5),
          EvaluationListener.NONE);
      assertEquals(2 * IMAGES, StandIn.counts().readBacks());
      assertEquals(2 * IMAGES, StandIn.counts().waits());
      assertEquals(before, StandIn.counts().liveBytes());
      assertEquals(List.of(), StandIn.hazards());
    }
  }

  /// What is left on device 0 would be an error of LibTorch.
  @Test
  void theSecondDeviceGivesTheSameScores() {
    var config = SmallNetwork.CONFIG;
    var scores = new ArrayList<Double>();
    for (var on : List.of(device, StandIn.device(1))) {
      try (var model = model(on)) {
        var evaluator =
            new Evaluator(config, Protocol.of(Protocol.Name.VOC_CRF, config), dataset(), on, 1);
        var found = evaluator.evaluate(model, EvaluationListener.NONE);
        scores.add(found.segMiou());
        scores.add(found.classF1());
      }
    }
    assertEquals(scores.subList(0, 2), scores.subList(2, 4));
  }
}
