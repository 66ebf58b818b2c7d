package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.config.Config;
import toco.config.Overrides;
import toco.config.RecipeName;
import toco.torch.Device;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.train.TinyRun;

/// Steps of several recipes are measured by turns, and their operations counted.
@TensorTest(scope = false)
class RecipeBenchTest {
  @Test
  void everyRowIsOfItsRecipe() {
    var configs = List.of(tiny(RecipeName.TOCO), tiny(RecipeName.MORE));
    var result = RecipeBench.run(configs, 3);
    assertEquals(
        List.of("toco", "more"), result.recipes().stream().map(RecipeBench.Row::recipe).toList());
    var toco = result.recipes().getFirst();
    var more = result.recipes().getLast();
    assertEquals(1, toco.ratio());
    assertEquals(1, toco.cpuRatio());
    assertEquals(1, toco.gflopRatio());
    assertTrue(more.stepSeconds() > 0 && more.ratio() > 0 && more.cpuRatio() > 0);
    assertEquals(2 * more.gflop() / 4 / toco.gflop(), more.gflopRatio(), 1e-12, "per image");
    assertEquals(4, more.samples());
    assertTrue(toco.parts().containsKey("local forward") && toco.parts().containsKey("backward"));
    assertTrue(more.parts().containsKey("patch losses") && more.parts().containsKey("optimizer"));
    assertTrue(more.peakBytes() > 50_000_000, "a process with LibTorch has more");
  }

  /// All terms have their weights and all switches are on: nothing of a step is left out.
  @ParameterizedTest
  @EnumSource
  void statesAreThoseOfTheWeights(RecipeName recipe) {
    try (var _ = TensorScope.open();
        var steps = new MeasuredSteps(tiny(recipe), Device.CPU)) {
      long before = steps.stateBytes();
      steps.run(false);
      steps.run(true);
      assertEquals(before, steps.stateBytes());
      assertEquals(1, steps.seconds().size());
      assertTrue(steps.parts().containsKey("dense losses"));
    }
  }

  /// ToCo's is that of docs/performance.md; the others are counted by hand.
  @Test
  void operationsOfThePublishedSteps() {
    assertEquals(4367, flops("toco"), 0.5);
    double decoder = 2 * 28 * 28 * 512 * (9.0 * 768 + 9 * 512 + 21);
    int more = 4 + 20; // registers and class tokens
    double graph = 2 * 768 * (768 * (3 * 20.0 + 20 + 784) + 20 * (20 + 784));
    double trained = encoder(448, more) + decoder + graph;
    double cams = encoder(448, more) + 2 * (encoder(224, more) + encoder(336, more));
    assertEquals(4 * (3 * trained + cams + 2 * encoder(672, more)) * 1e-9, flops("more"), 1e-6);
    double teacher = encoder(224, 1) + decoder / 4 + encoder(448, 1) + decoder;
    double largest = encoder(672, 1) + decoder * 2.25;
    assertEquals(
        2 * (3 * (encoder(448, 1) + decoder) + 2 * (teacher + largest)) * 1e-9,
        flops("cosa"),
        1e-6);
  }

  /// Of ViT-B/16: 12 blocks of width 768.
  private static double encoder(int sizePx, int leading) {
    double patches = Math.pow(sizePx / 16, 2);
    double tokens = patches + leading;
    double block = 24 * tokens * 768 * 768 + 4 * tokens * tokens * 768;
    return 2 * patches * 768 * 768 + 12 * block;
  }

  private static double flops(String recipe) {
    var config =
        Config.parse(
            "", "test", List.of("recipe=" + recipe, "model.backbone=vit_base_patch16_224"));
    return new StepFlops(config).total() * 1e-9;
  }

  private static Config tiny(RecipeName recipe) {
    var file = recipe == RecipeName.TOCO ? "demo.yaml" : "demo_%s.yaml".formatted(recipe);
    int samples = recipe == RecipeName.MORE ? 4 : 2;
    var overrides =
        Overrides.parse(TinyRun.NETWORK)
            .plus("train.samplesPerProcess", samples)
            .plus("train.localCrops", 2);
    var path = Path.of(System.getProperty("toco.home"), "configs", file);
    return Config.load(path, overrides.onlyFor(recipe));
  }
}
