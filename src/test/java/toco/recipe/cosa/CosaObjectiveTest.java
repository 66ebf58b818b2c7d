package toco.recipe.cosa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import toco.batch.Batch;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.config.RecipeName;
import toco.loss.ClassLoss;
import toco.loss.LossTerm;
import toco.recipe.Objective;
import toco.recipe.StepTile;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class CosaObjectiveTest {
  private static final Config CONFIG = SmallNetwork.config(RecipeName.COSA);
  private static final int SIZE = 32;
  private static final List<String> TERMS = List.of("cls", "clsAux", "seg", "cam", "reg");
  private static final int SWITCH = CONFIG.cosa().denseStartIter();

  private final List<String> laps = new ArrayList<>();

  private static CosaNetworks networks() {
    Rng.manualSeed(1);
    return CosaNetworks.of(CONFIG.model(), Device.CPU, null);
  }

  private CosaObjective objective(CosaNetworks networks) {
    return CosaObjective.of(networks, CONFIG).timedBy(laps::add);
  }

  /// Before the switch the classes alone are learnt, and the decoder has no gradient. A report adds
  /// the other terms to the log, but neither to the total nor to the gradients.
  @Test
  void beforeTheSwitchAReportChangesNoGradient() {
    var gradients = new ArrayList<Map<String, float[]>>();
    var totals = new ArrayList<Double>();
    for (boolean wantsReport : new boolean[] {false, true}) {
      try (var networks = networks()) {
        var objective = objective(networks);
        var output = objective.forward(SmallNetwork.batch(SWITCH - 1L), wantsReport);
        assertEquals(wantsReport ? TERMS : List.of("cls", "clsAux"), names(output));
        assertEquals(wantsReport, !output.tiles().isEmpty());
        objective.backward(output.total());
        totals.add(output.total().item());
        gradients.add(gradients(networks));
        assertNull(networks.online().params().all().get("decoder.conv6.weight").grad());
      }
    }
    assertEquals(totals.get(0), totals.get(1));
    assertEquals(gradients.get(0).keySet(), gradients.get(1).keySet());
    gradients
        .get(0)
        .forEach((name, gradient) -> assertArrayEquals(gradient, gradients.get(1).get(name), name));
  }

  /// From the switch on every trained part has a gradient, the teacher none.
  @Test
  void fromTheSwitchOnTheDecoderLearns() {
    try (var networks = networks()) {
      var objective = objective(networks);
      var output = objective.forward(SmallNetwork.batch(SWITCH), false);
      assertEquals(TERMS, names(output));
      objective.backward(output.total());
      var gradients = gradients(networks);
      networks
          .online()
          .params()
          .trainable()
          .keySet()
          .forEach(name -> assertNotNull(gradients.get(name), name));
      networks.teacher().params().all().forEach((name, weight) -> assertNull(weight.grad(), name));
      double expected = 0;
      var weights = CosaLosses.of(CONFIG.cosa()).at(SWITCH);
      for (var term : weights.terms()) {
        expected += output.losses().require(term).item() * weights.of(term);
      }
      assertEquals(expected, output.total().item(), 1e-5);
    }
  }

  /// The teacher sees view 2 and the online network view 1.
  @Test
  void eachNetworkSeesItsView() {
    try (var networks = networks()) {
      var objective = objective(networks);
      var usual = SmallNetwork.batch(SWITCH);
      var otherWeak = withViews(usual, usual.view1(), usual.view2().neg());
      var otherStrong = withViews(usual, usual.view1().neg(), usual.view2());
      var first = objective.forward(usual, true);
      var weak = objective.forward(otherWeak, true);
      var strong = objective.forward(otherStrong, true);
      assertEquals(value(first, CosaLosses.CLS), value(weak, CosaLosses.CLS));
      assertNotEquals(value(first, CosaLosses.CLS), value(strong, CosaLosses.CLS));
      assertEquals(0, cam(first).sub(cam(strong)).abs().amax().item());
      assertTrue(cam(first).sub(cam(weak)).abs().amax().item() > 0);
    }
  }

  private static double value(Objective.Output output, LossTerm term) {
    return output.losses().require(term).item();
  }

  private static Tensor cam(Objective.Output output) {
    return tiles(output, StepTile.ClassMaps.class).getFirst().maps().get("CAM");
  }

  private static <T extends StepTile> List<T> tiles(Objective.Output output, Class<T> kind) {
    return output.tiles().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private static Batch withViews(Batch batch, Tensor strong, Tensor weak) {
    return new Batch(
        strong,
        weak,
        batch.localView(),
        batch.labels(),
        batch.multiHot(),
        batch.boxes(),
        batch.samples(),
        batch.step(),
        batch.firstPosition());
  }

  /// Outside the image's box nothing is labelled.
  @Test
  void paddingIsIgnored() {
    try (var networks = networks()) {
      var output = objective(networks).forward(SmallNetwork.batch(SWITCH), true);
      var tiles = tiles(output, StepTile.Labels.class);
      assertEquals(2, tiles.size());
      for (var tile : tiles) {
        assertEquals(255, tile.labels().select(0, 0).slice(1, 24, SIZE).amin().itemLong());
      }
    }
  }

  /// Every weight moves by its share, frozen ones too, and the online network not at all.
  @Test
  void theTeacherIsTheAverageOfAllWeights() {
    try (var networks = networks()) {
      var online = values(networks.online().params().all());
      var before = values(networks.teacher().params().all());
      networks.emaUpdate(0.75);
      var after = values(networks.teacher().params().all());
      online.forEach((name, weight) -> {
        var expected = new float[weight.length];
        for (int i = 0; i < weight.length; i++) {
          expected[i] = 0.75f * before.get(name)[i] + 0.25f * weight[i];
        }
        assertArrayEquals(expected, after.get(name), 1e-6f, name);
      });
      assertTrue(online.containsKey("encoder.pos_embed"));
      values(networks.online().params().all())
          .forEach((name, weight) -> assertArrayEquals(online.get(name), weight, name));
    }
  }

  /// A quirk of the published code: classifiers and decoder of the teacher are another draw.
  @Test
  void aNewTeacherSharesTheEncoderOnly() {
    try (var networks = networks()) {
      var online = values(networks.online().params().all());
      var teacher = values(networks.teacher().params().all());
      online.forEach((name, weight) -> {
        if (name.startsWith("encoder.")) {
          assertArrayEquals(weight, teacher.get(name), name);
        } else {
          assertTrue(!Arrays.equals(weight, teacher.get(name)), name);
        }
      });
    }
  }

  /// Without report the teacher does not run before the switch: a clock sees its part at once.
  @Test
  void partsAreTimed() {
    try (var networks = networks()) {
      objective(networks).forward(SmallNetwork.batch(0), false);
      assertEquals(List.of("teacher", "forward", "dense losses"), laps);
    }
  }

  /// Branches are dropped in the online pass alone, by seed, step and place in the batch.
  @Test
  void dropPathIsAFunctionOfTheStep() {
    var dropping = CONFIG.with("model.dropPath=0.5");
    Rng.manualSeed(1);
    try (var networks = CosaNetworks.of(dropping.model(), Device.CPU, null)) {
      var objective = CosaObjective.of(networks, dropping);
      var first = objective.forward(SmallNetwork.batch(SWITCH), true);
      var again = objective.forward(SmallNetwork.batch(SWITCH), true);
      var later = objective.forward(SmallNetwork.batch(SWITCH + 1L), true);
      assertEquals(value(first, CosaLosses.CLS), value(again, CosaLosses.CLS));
      assertNotEquals(value(first, CosaLosses.CLS), value(later, CosaLosses.CLS));
      assertEquals(0, cam(first).sub(cam(later)).abs().amax().item());
    }
  }

  /// The online network's classes are pooled by attention in the loss.
  @Test
  void presentClassesArePooledByAttention() {
    var attended = CONFIG.with("model.pooledShare=0.2", "model.attendedPooling=true");
    Rng.manualSeed(1);
    try (var networks = CosaNetworks.of(attended.model(), Device.CPU, null)) {
      var batch = SmallNetwork.batch(0);
      var output = CosaObjective.of(networks, attended).forward(batch, false);
      var online = networks.online();
      var tokens = online.encode(batch.view1());
      var cls =
          ClassLoss.of(
              online.trainedClassLogits(tokens.patchMap(), tokens.clsAttention(), batch.labels()),
              batch.labels());
      var largest = ClassLoss.of(online.classLogits(tokens.patchMap()), batch.labels());
      assertEquals(cls.item(), value(output, CosaLosses.CLS));
      assertNotEquals(largest.item(), cls.item());
      var aux =
          ClassLoss.of(
              online.trainedAuxClassLogits(tokens.auxMap(), tokens.clsAttention(), batch.labels()),
              batch.labels());
      assertEquals(aux.item(), value(output, CosaLosses.CLS_AUX));
    }
  }

  private static List<String> names(Objective.Output output) {
    return output.losses().byTerm().keySet().stream().map(LossTerm::key).toList();
  }

  private static Map<String, float[]> gradients(CosaNetworks networks) {
    var gradients = new HashMap<String, float[]>();
    networks
        .online()
        .params()
        .all()
        .forEach((name, weight) -> {
          var gradient = weight.grad();
          if (gradient != null) {
            gradients.put(name, gradient.toFloatArray());
          }
        });
    return gradients;
  }

  private static Map<String, float[]> values(Map<String, Tensor> weights) {
    var values = new HashMap<String, float[]>();
    weights.forEach((name, weight) -> values.put(name, weight.detach().toFloatArray()));
    return values;
  }
}
