package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.files.Json;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.train.CosaRun;

/// The tools for checkpoints of a recipe with a teacher, whose weights are next to the trained
/// ones.
@TensorTest
class NetworkOptionTest {
  private static final String WEIGHT = "encoder.norm.weight";

  @TempDir private Path folder;

  /// A checkpoint of CoSA, which evaluates the teacher. Its trained network, teacher and buffer
  /// have these values everywhere.
  private Path checkpoint(String name, double trained, double teacher, double centre) {
    var config = CosaRun.config(folder.resolve("run"), folder.resolve("data"));
    return checkpoint(config, name, trained, teacher, centre);
  }

  private Path checkpoint(
      Config config, String name, double trained, double teacher, double centre) {
    var file = folder.resolve(name);
    new Checkpoint(
            Map.of(WEIGHT, Tensor.full(trained, DType.FLOAT32, Device.CPU, 3)),
            Map.of("step", Tensor.of(new long[] {1})),
            Map.of("cpu", Tensor.of(new long[] {2})),
            Map.of(
                "teacher." + WEIGHT,
                Tensor.full(teacher, DType.FLOAT32, Device.CPU, 3),
                "centre",
                Tensor.full(centre, DType.FLOAT32, Device.CPU, 2)),
            1,
            1,
            config.toYaml(),
            "2")
        .save(file);
    return file;
  }

  private static double value(Path weights) {
    try (var _ = TensorScope.open()) {
      var tensors = StateDict.load(weights).tensors();
      assertEquals(List.of(WEIGHT), List.copyOf(tensors.keySet()));
      return Objects.requireNonNull(tensors.get(WEIGHT)).amax().item();
    }
  }

  private Path made(String name, Object... command) {
    var line = new ArrayList<Object>(List.of("checkpoint"));
    line.addAll(List.of(command));
    var result = Cli.run(line.toArray());
    assertEquals(0, result.status(), result.err());
    return folder.resolve(name);
  }

  @Test
  void theNamedNetworkIsConverted() {
    var file = checkpoint("a.safetensors", 2, 5, 0);
    var out = folder.resolve("out.pth");
    assertEquals(5, value(made("out.pth", "convert", file, out)));
    assertEquals(2, value(made("out.pth", "convert", file, out, "--network", "trained")));
    assertEquals(5, value(made("out.pth", "convert", file, out, "--network", "teacher")));
    assertEquals(5, value(made("out.pth", "convert", out, out)));
    var own = checkpoint(Config.defaults(), "own.safetensors", 2, 5, 0); // ToCo has no teacher
    assertEquals(2, value(made("out.pth", "convert", own, out)));
  }

  @Test
  void theNamedNetworksAreAveraged() {
    var first = checkpoint("a.safetensors", 2, 5, 0);
    var second = checkpoint("b.safetensors", 4, 6, 1);
    var out = folder.resolve("mean.safetensors");
    assertEquals(5.5, value(made("mean.safetensors", "average", "--out", out, first, second)));
    assertEquals(
        3,
        value(
            made(
                "mean.safetensors",
                "average",
                "--out",
                out,
                "--network",
                "trained",
                first,
                second)));
  }

  /// Of two checkpoints everything but optimizer and random numbers, under headings.
  @Test
  void theStateOfTheRecipeIsCompared() throws IOException {
    var first = checkpoint("a.safetensors", 2, 5, 0);
    var second = checkpoint("b.safetensors", 2, 6, 0);
    var diff = Cli.run("checkpoint", "diff", first, second);
    assertEquals(1, diff.status(), diff.err());
    assertEquals(
        """
        trained network:
        1 tensors are equal, 0 differ
        state of the recipe:
        teacher.encoder.norm.weight: by at most 1.00, relative 0.200
        1 tensors are equal, 1 differ
        """,
        diff.out());
    var json = Json.MAPPER.readTree(Cli.run("checkpoint", "diff", "--json", first, second).out());
    assertEquals(1, json.path("equal").asInt());
    assertEquals(1, json.path("state").path("changed").size());
    assertEquals(0, Cli.run("checkpoint", "diff", first, first).status());
    assertEquals(0, Cli.run("checkpoint", "diff", "--network", "trained", first, second).status());

    var teacher = folder.resolve("teacher.pth");
    made("teacher.pth", "convert", first, teacher, "--network", "teacher");
    assertEquals(0, Cli.run("checkpoint", "diff", first, teacher, "--network", "teacher").status());
    assertEquals(1, Cli.run("checkpoint", "diff", first, teacher).status());
  }

  @Test
  void tensorsAreListedUnderHeadings() throws IOException {
    var file = checkpoint("a.safetensors", 2, 5, 0);
    var text = Cli.run("checkpoint", "inspect", file).out();
    for (var part :
        List.of(
            "trained network:\nmodel.encoder.norm.weight ",
            "\noptimizer:\noptimizer.step ",
            "\nrandom number generators:\nrng.cpu ",
            "\nstate of the recipe:\nstate.",
            "\nnetworks: trained, teacher; teacher is evaluated\n")) {
      assertTrue(text.contains(part), part + " in\n" + text);
    }
    var json = Json.MAPPER.readTree(Cli.run("checkpoint", "inspect", "--json", file).out());
    assertEquals("[\"trained\",\"teacher\"]", json.path("networks").toString());
    assertEquals("teacher", json.path("evaluated").asString());

    var weights = folder.resolve("weights.safetensors");
    made("weights.safetensors", "convert", file, weights);
    var plain = Cli.run("checkpoint", "inspect", weights).out();
    assertFalse(plain.contains("trained network") || plain.contains("networks:"), plain);
  }

  @Test
  void aNetworkThatIsNotThereIsNamed() {
    var file = checkpoint("a.safetensors", 2, 5, 0);
    var out = folder.resolve("out.pth");
    var student = Cli.run("checkpoint", "convert", file, out, "--network", "student");
    assertEquals(1, student.status());
    assertTrue(
        student.err().contains(file + " has no network student; it has trained, teacher"),
        student.err());
    made("out.pth", "convert", file, out);
    var plain = Cli.run("checkpoint", "convert", out, out, "--network", "teacher");
    assertEquals(1, plain.status());
    assertTrue(plain.err().contains("is not a checkpoint of a training run"), plain.err());
  }
}
