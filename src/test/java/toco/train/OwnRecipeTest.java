package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.distributed.World;
import toco.recipe.Recipe;
import toco.recipes.Recipes;
import toco.run.LoggedStep;
import toco.run.RunHistory;
import toco.torch.TensorTest;

/// The example of docs/RECIPES.md compiles, trains, and is logged under its own name.
@TensorTest
class OwnRecipeTest {
  private static final double WEIGHT = 0.1; // that of the example, from iteration 2 on

  @TempDir Path folder;

  private Function<Config, Recipe> compiled(URLClassLoader loader) throws Exception {
    var constructor =
        loader.loadClass("OwnRecipe$MirrorRecipe").getDeclaredConstructor(Config.class);
    constructor.setAccessible(true);
    return config -> {
      try {
        return (Recipe) constructor.newInstance(config);
      } catch (ReflectiveOperationException e) {
        throw new AssertionError(e);
      }
    };
  }

  private List<LoggedStep> train(String run, Function<Config, Recipe> recipe) {
    var config =
        TinyRun.config(
            folder.resolve(run), folder.resolve("data"), "train.maxIters=4", "train.logEvery=1");
    try (var trainer = Trainer.start(config, recipe, new TinyRun.Watcher(), World.single())) {
      assertEquals(4, trainer.run().step());
    }
    return RunHistory.read(folder.resolve(run)).steps();
  }

  @Test
  void theExampleTrainsItsTerm() throws Exception {
    var classes = folder.resolve("classes");
    int status =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                "examples/OwnRecipe.java");
    assertEquals(0, status);
    try (var loader = new URLClassLoader(new URL[] {classes.toUri().toURL()})) {
      var own = train("own", compiled(loader));
      var plain = train("plain", Recipes::of);
      assertEquals(
          List.of("cls", "clsAux", "ptc", "ctc", "seg", "reg", "mirror", "total", "emptySegParts"),
          List.copyOf(own.getFirst().losses().keySet()));
      for (var step : own) {
        double weight = step.step() > 2 ? WEIGHT : 0; // step 3 is iteration 2
        assertEquals(weight, step.weights().get("mirror"));
        assertEquals(weightedSum(step), step.losses().get("total"), 1e-5); // float32
        assertTrue(step.losses().get("mirror") > 0);
      }
      assertEquals(plain.get(1).losses().get("total"), own.get(1).losses().get("total"));
      assertNotEquals(plain.get(3).losses().get("cls"), own.get(3).losses().get("cls"));
    }
  }

  private static double weightedSum(LoggedStep step) {
    return step.weights().entrySet().stream()
        .mapToDouble(
            (Map.Entry<String, Double> it) -> it.getValue() * step.losses().get(it.getKey()))
        .sum();
  }
}
