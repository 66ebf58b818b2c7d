package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TorchScriptExport;
import toco.config.Config;
import toco.config.ConfigException;
import toco.config.Overrides;
import toco.model.Encoder;
import toco.model.Network;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// A TorchScript module as the encoder: here our own encoder, exported.
@TensorTest(scope = false)
class ScriptEncoderTest {
  /// Attention sums in another order than LibTorch's own; over the largest value.
  private static final double TOLERANCE = 1e-5;

  private static final double INIT_STD = 0.06; // configs/demo.yaml

  private static final String DICT = "Dict[str, Tensor]";

  @TempDir Path folder;

  private Config own(String... more) {
    return TinyRun.config(folder.resolve("run"), folder.resolve("data"), more);
  }

  /// The encoder of a network, behind a method that returns what a body says.
  private Path script(Network model, Config config, String type, String body) {
    var whole = folder.resolve("whole.ts");
    var file = folder.resolve("encoder.ts");
    TorchScriptExport.write(whole, model, config);
    try (var network = ScriptModule.load(whole, Device.CPU);
        var encoder = ScriptModule.create("Encoder").child("net", network);
        var _ = TensorScope.open()) {
      encoder.buffer("num_batches_tracked", Tensor.of(new long[] {7})); // as a batch norm has
      encoder.define(
          ("def forward(self, x: Tensor) -> %s:\n    t = self.net.encoder.forward(x)\n    "
                  + "return %s\n")
              .formatted(type, body));
      encoder.save(file, Map.of());
    }
    return file;
  }

  private static String[] scripted(Path file) {
    return new String[] {"model.encoder=script:" + file};
  }

  @Test
  void featuresAndGradientsEqualTheOwnEncoders() {
    var config = own();
    Rng.manualSeed(1);
    try (var _ = TensorScope.open();
        var own = new Toco(config.model(), Device.CPU)) {
      var file = script(own, config, DICT, "t");
      try (var other = new Toco(config.with(scripted(file)).model(), Device.CPU)) {
        var image = Tensor.randn(2, 3, 104, 96);
        var one = image.clone().requiresGrad_(true);
        var two = image.clone().requiresGrad_(true);
        var expected = own.encode(one);
        var got = other.encode(two);
        assertClose("class token", expected.clsToken(), got.clsToken());
        assertClose("patch tokens", expected.patchTokens(), got.patchTokens());
        assertClose("auxiliary tokens", expected.auxTokens(), got.auxTokens());
        var weights = Tensor.randn(2, expected.patchTokens().size(1), 24);
        loss(expected, weights).backward();
        loss(got, weights).backward();
        assertClose("gradient of the image", one.grad(), two.grad());
        var names =
            own.params().trainable().keySet().stream()
                .filter(name -> name.startsWith("encoder."))
                .toList();
        assertTrue(names.size() > 30);
        for (var name : names) {
          var ours = own.params().all().get(name).grad();
          var theirs = other.params().all().get("encoder.net." + name).grad();
          if (name.equals("encoder.cls_token")) {
            assertCloseBehindNorm(name, ours, theirs);
          } else {
            assertClose(name, ours, theirs);
          }
        }
        assertFalse(other.params().trainable().containsKey("encoder.net.encoder.pos_embed"));
      }
    }
  }

  private static Tensor loss(Encoder.Tokens tokens, Tensor weights) {
    return tokens
        .patchTokens()
        .mul(weights)
        .sum()
        .add(tokens.auxTokens().mul(weights).sum())
        .add(tokens.clsToken().square().sum());
  }

  /// The class token's gradient leaves the first LayerNorm divided by the token's standard
  /// deviation of 0.06, and most of it cancels there: its rounding errors are that much larger than
  /// the rest's, compared with its value.
  private static void assertCloseBehindNorm(String what, Tensor expected, Tensor got) {
    assertClose(what, expected.mul(INIT_STD), got.mul(INIT_STD), expected.abs().amax().item());
  }

  private static void assertClose(String what, Tensor expected, Tensor got) {
    assertClose(what, expected, got, expected.abs().amax().item());
  }

  private static void assertClose(String what, Tensor expected, Tensor got, double scale) {
    double difference = expected.sub(got).abs().amax().item();
    assertTrue(difference <= TOLERANCE * scale, () -> what + " differs by " + difference);
  }

  /// A tuple does as well, and maps in place of rows.
  @Test
  void outputsAreFoundByPositionAndMapsAreRead() {
    var config = own();
    try (var _ = TensorScope.open();
        var own = new Toco(config.model(), Device.CPU)) {
      var maps =
          "(t[\"patchTokens\"].transpose(1, 2).reshape([x.size(0), -1, x.size(2) // 8, x.size(3) //"
              + " 8]), t[\"auxTokens\"], t[\"clsToken\"])";
      var file = script(own, config, "Tuple[Tensor, Tensor, Tensor]", maps);
      var other =
          config.with("model.encoder=script:" + file, "model.scriptOutputs=[\"2\", \"0\", \"1\"]");
      try (var scripted = new Toco(other.model(), Device.CPU)) {
        var image = Tensor.randn(1, 3, 96, 64);
        assertClose(
            "patch tokens", own.encode(image).patchTokens(), scripted.encode(image).patchTokens());
      }
    }
  }

  @Test
  void itTrainsAndResumesAsAnUninterruptedRun() {
    Path file;
    try (var model = new Toco(own().model(), Device.CPU)) {
      file = script(model, own(), DICT, "t");
    }
    var encoder = scripted(file)[0];
    TinyRun.train(
        own("run.dir=" + folder.resolve("whole"), "train.maxIters=10", encoder),
        new TinyRun.Watcher());
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 4;
    TinyRun.train(own("run.dir=" + folder.resolve("parts"), "train.maxIters=10", encoder), stopper);
    try (var trainer =
        Trainer.resume(folder.resolve("parts"), Overrides.NONE, new TinyRun.Watcher())) {
      assertTrue(trainer.run().completed());
    }
    try (var _ = TensorScope.open()) {
      var whole = Checkpoint.load(folder.resolve("whole/checkpoints/step-000010.safetensors"));
      var parts = Checkpoint.load(folder.resolve("parts/checkpoints/step-000010.safetensors"));
      var first = Checkpoint.load(folder.resolve("whole/checkpoints/step-000000.safetensors"));
      whole
          .model()
          .forEach((name, weight) ->
              assertArrayEquals(
                  weight.toFloatArray(), parts.model().get(name).toFloatArray(), name));
      var trained = "encoder.net.encoder.blocks.0.mlp.fc1.weight";
      double moved = whole.model().get(trained).sub(first.model().get(trained)).abs().amax().item();
      assertTrue(moved > 0, "the script's weights are trained");
    }
  }

  /// CoSA's teacher has a module of its own, whose weights follow.
  @Test
  void itTrainsBothNetworksOfCosa() {
    var config = CosaRun.config(folder.resolve("cosa"), folder.resolve("data"));
    Path file;
    try (var model = new Network(config.model(), Device.CPU)) {
      file = script(model, config, DICT, "t");
    }
    TinyRun.train(config.with(scripted(file)), new TinyRun.Watcher());
    try (var _ = TensorScope.open()) {
      var last = Checkpoint.load(folder.resolve("cosa/checkpoints/step-000006.safetensors"));
      var first = Checkpoint.load(folder.resolve("cosa/checkpoints/step-000000.safetensors"));
      var name = "encoder.net.encoder.blocks.0.mlp.fc1.weight";
      var start = first.model().get(name);
      assertEquals(0, start.sub(first.state().get("teacher." + name)).abs().amax().item());
      double online = last.model().get(name).sub(start).abs().amax().item();
      double teacher = last.state().get("teacher." + name).sub(start).abs().amax().item();
      assertTrue(0 < teacher && teacher < online, teacher + " of " + online);
      assertEquals(7, last.state().get("teacher.encoder.num_batches_tracked").itemLong());
    }
  }

  /// Its weights then have no gradient and no optimizer state, and the heads train on its tokens.
  @Test
  void aFrozenScriptKeepsItsWeights() {
    Path file;
    try (var model = new Toco(own().model(), Device.CPU)) {
      file = script(model, own(), DICT, "t");
    }
    TinyRun.train(
        own("train.maxIters=3", "model.frozenBlocks=all", scripted(file)[0]),
        new TinyRun.Watcher());
    try (var _ = TensorScope.open()) {
      var first = Checkpoint.load(folder.resolve("run/checkpoints/step-000000.safetensors"));
      var last = Checkpoint.load(folder.resolve("run/checkpoints/step-000003.safetensors"));
      last.model()
          .forEach((name, weight) -> {
            boolean moved = weight.sub(first.model().get(name)).abs().amax().item() > 0;
            boolean isTrained =
                !name.startsWith("encoder.") && !name.endsWith("last_layer.weight_g");
            assertEquals(isTrained, moved, name);
          });
      assertTrue(last.optimizer().keySet().stream().noneMatch(name -> name.startsWith("encoder.")));
    }
    var refusal =
        assertThrows(ConfigException.class, () -> own("model.frozenBlocks=2", scripted(file)[0]));
    assertTrue(refusal.getMessage().contains("set it to 0 or all"), refusal.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"cls\": t[\"clsToken\"]} | gives no class token as 'clsToken', but a dict of [cls]",
        "{\"clsToken\": t[\"clsToken\"][:, :5], \"patchTokens\": t[\"patchTokens\"], \"auxTokens\":"
            + " t[\"auxTokens\"]} | class token of shape [1, 5], expected [1, 24]",
        "{\"clsToken\": t[\"clsToken\"], \"patchTokens\": t[\"patchTokens\"][:, 1:], \"auxTokens\":"
            + " t[\"auxTokens\"]} | patch tokens of shape [1, 143, 24], expected [1, 144, 24]",
      })
  void outputsThatDoNotFitAreNamed(String body, String words) {
    var config = own();
    try (var model = new Toco(config.model(), Device.CPU)) {
      var file = script(model, config, DICT, body);
      var other = config.with(scripted(file)).model();
      var refusal = assertThrows(ConfigException.class, () -> new Toco(other, Device.CPU));
      assertTrue(refusal.getMessage().contains(words), refusal.getMessage());
    }
  }

  @Test
  void whatIsNoScriptIsNamed() {
    var config = own("model.encoder=script:pom.xml");
    var refusal = assertThrows(ConfigException.class, () -> new Toco(config.model(), Device.CPU));
    assertTrue(refusal.getMessage().contains("the encoder pom.xml cannot be loaded"));
    assertThrows(ConfigException.class, () -> own("model.encoder=other"));
    assertThrows(ConfigException.class, () -> own("model.encoder=script:"));
    assertThrows(
        ConfigException.class,
        () -> Config.defaults().with("model.encoder=script:x.ts"),
        "a named backbone has its own encoder");
  }
}
