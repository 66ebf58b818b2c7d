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
import java.util.Objects;
import org.junit.jupiter.api.Test;
import toco.batch.Batch;
import toco.cam.SmallNetwork;
import toco.config.Config;
import toco.config.CosaConfig;
import toco.image.ImageBox;
import toco.loss.MeanScope;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
class CosaObjectiveTest {
  private static final Config CONFIG = SmallNetwork.CONFIG;
  private static final int SIZE = 32;
  private static final int SWITCH = CosaConfig.VOC.denseStartIter();

  private final List<String> laps = new ArrayList<>();

  private static CosaNetworks networks() {
    Rng.manualSeed(1);
    return CosaNetworks.of(CONFIG.model(), Device.CPU, null);
  }

  private CosaObjective objective(CosaNetworks networks) {
    return new CosaObjective(networks, CosaConfig.VOC, CONFIG.loss(), MeanScope.LOCAL, laps::add);
  }

  private static Batch batch(long step) {
    Rng.manualSeed(5);
    var labels = List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0});
    return new Batch(
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.randn(2, 3, SIZE, SIZE),
        Tensor.of(new float[] {1, 0, 1, 0, 1, 0}, 2, 3),
        labels,
        List.of(new ImageBox(0, SIZE, 0, 24), ImageBox.full(SIZE, SIZE)),
        List.of(0, 1),
        step,
        0);
  }

  /// Three terms switch together: at the published 6,000 they are off, at 6,001 on.
  @Test
  void threeTermsStartTogether() {
    try (var networks = networks()) {
      var objective = objective(networks);
      assertEquals(
          Map.of("cls", 1.0, "clsAux", 1.0, "seg", 0.0, "cam", 0.0, "reg", 0.0),
          objective.weightsAt(6000));
      assertEquals(
          Map.of("cls", 1.0, "clsAux", 1.0, "seg", 0.1, "cam", 0.05, "reg", 0.05),
          objective.weightsAt(6001));
      assertEquals(CosaObjective.TERMS, List.copyOf(objective.weightsAt(0).keySet()));
    }
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
        var output = objective.forward(batch(SWITCH - 1L), wantsReport);
        assertEquals(wantsReport ? CosaObjective.TERMS : List.of("cls", "clsAux"), names(output));
        assertEquals(wantsReport, output.teacher() != null);
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
      var output = objective.forward(batch(SWITCH), false);
      assertEquals(CosaObjective.TERMS, names(output));
      objective.backward(output.total());
      var gradients = gradients(networks);
      networks.online().params().trainable().keySet().stream()
          .filter(CosaNetworks::isPartOfCosa)
          .forEach(name -> assertNotNull(gradients.get(name), name));
      networks.teacher().params().all().forEach((name, weight) -> assertNull(weight.grad(), name));
      double expected = 0;
      for (var term : output.losses().entrySet()) {
        expected += term.getValue().item() * objective.weightsAt(SWITCH).get(term.getKey());
      }
      assertEquals(expected, output.total().item(), 1e-5);
    }
  }

  /// The teacher sees view 2 and the online network view 1.
  @Test
  void eachNetworkSeesItsView() {
    try (var networks = networks()) {
      var objective = objective(networks);
      var usual = batch(SWITCH);
      var otherWeak = withViews(usual, usual.view1(), usual.view2().neg());
      var otherStrong = withViews(usual, usual.view1().neg(), usual.view2());
      var first = objective.forward(usual, false);
      var weak = objective.forward(otherWeak, false);
      var strong = objective.forward(otherStrong, false);
      assertEquals(first.losses().get("cls").item(), weak.losses().get("cls").item());
      assertNotEquals(first.losses().get("cls").item(), strong.losses().get("cls").item());
      assertEquals(0, cam(first).sub(cam(strong)).abs().amax().item());
      assertTrue(cam(first).sub(cam(weak)).abs().amax().item() > 0);
    }
  }

  private static Tensor cam(CosaObjective.Output output) {
    return Objects.requireNonNull(output.teacher()).maps().cam();
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
      var labelled =
          Objects.requireNonNull(objective(networks).forward(batch(SWITCH), false).teacher());
      for (var labels : List.of(labelled.labels(), labelled.auxLabels())) {
        assertEquals(255, labels.select(0, 0).slice(1, 24, SIZE).amin().itemLong());
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
        if (CosaNetworks.isPartOfCosa(name)) {
          var expected = new float[weight.length];
          for (int i = 0; i < weight.length; i++) {
            expected[i] = 0.75f * before.get(name)[i] + 0.25f * weight[i];
          }
          assertArrayEquals(expected, after.get(name), 1e-6f, name);
        }
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
      networks.startTeacher();
      var online = values(networks.online().params().all());
      var teacher = values(networks.teacher().params().all());
      online.forEach((name, weight) -> {
        if (name.startsWith("encoder.")) {
          assertArrayEquals(weight, teacher.get(name), name);
        } else if (CosaNetworks.isPartOfCosa(name)) {
          assertTrue(!Arrays.equals(weight, teacher.get(name)), name);
        }
      });
    }
  }

  /// Without report the teacher does not run before the switch: a clock sees its part at once.
  @Test
  void partsAreTimed() {
    try (var networks = networks()) {
      objective(networks).forward(batch(0), false);
      assertEquals(List.of("teacher", "forward", "dense losses"), laps);
    }
  }

  private static List<String> names(CosaObjective.Output output) {
    return List.copyOf(output.losses().keySet());
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
