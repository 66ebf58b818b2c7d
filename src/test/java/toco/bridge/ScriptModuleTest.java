package toco.bridge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.ScriptModule;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;
import toco.torch.TorchException;

@TensorTest
class ScriptModuleTest {
  @TempDir Path folder;

  private static Tensor floats(float... values) {
    return Tensor.of(values, values.length);
  }

  /// Sends values of every kind through TorchScript and back.
  @Test
  void argumentsAndResultsOfEveryKindPass() {
    try (var module = ScriptModule.create("Kinds")) {
      module.define(
          """
          def nested(
              self, t: Tuple[Tensor, int], d: Dict[str, Tensor], l: List[Tensor]
          ) -> Dict[str, Tuple[Tensor, float]]:
              return {"a": (t[0] + d["x"] * t[1], 0.5), "b": (l[0] + l[1], 2.0)}

          def lists(
              self, i: List[int], b: bool, s: str, o: Optional[Tensor]
          ) -> Tuple[List[int], List[float], str, Optional[Tensor], List[List[int]]]:
              return ([i[0], len(i)], [0.25], s + "!", o, [[1, 2], [3]])

          def nothing(self) -> Dict[str, Tensor]:
              d: Dict[str, Tensor] = {}
              return d
          """);
      var nested =
          (Map<?, ?>)
              module.call(
                  "nested",
                  new Object[] {floats(1), 3},
                  Map.of("x", floats(2)),
                  List.of(floats(4), floats(5)));
      assertEquals(List.of("a", "b"), List.copyOf(nested.keySet()));
      var a = (List<?>) nested.get("a");
      assertEquals(7, ((Tensor) a.get(0)).item());
      assertEquals(0.5, a.get(1));
      var lists = (List<?>) module.call("lists", new long[] {7, 8}, true, "text", null);
      assertArrayEquals(new long[] {7, 2}, (long[]) lists.get(0));
      assertArrayEquals(new double[] {0.25}, (double[]) lists.get(1));
      assertEquals("text!", lists.get(2));
      assertEquals(null, lists.get(3));
      assertArrayEquals(new long[] {3}, (long[]) ((List<?>) lists.get(4)).get(1));
      assertEquals(Map.of(), module.call("nothing"));
      assertTrue(module.methods().get(0).startsWith("nested("), module.methods().toString());
    }
  }

  private ScriptModule scaled(Tensor weight) {
    return ScriptModule.create("Scaled")
        .parameter("w", weight)
        .buffer("shift", floats(1))
        .define("def forward(self, x: Tensor) -> Tensor:\n    return x * self.w + self.shift\n");
  }

  @Test
  void aSavedModuleLoadsWithItsWeightsAndTexts() {
    var file = folder.resolve("x.pt");
    try (var module = scaled(floats(3))) {
      module.save(file, Map.of("about", "scales"));
    }
    try (var module = ScriptModule.load(file, Device.CPU, List.of("about", "absent"))) {
      assertEquals(7, module.forward(floats(2)).item());
      assertEquals("scales", module.extraFile("about"));
      assertEquals(null, module.extraFile("absent"));
      assertEquals(List.of("w"), List.copyOf(module.parameters().keySet()));
      assertEquals(List.of("shift"), List.copyOf(module.buffers().keySet()));
    }
  }

  /// Also when the failure is noticed only at the end of the file.
  @Test
  void aModuleThatCannotBeWrittenIsAnIoError() {
    for (var file : List.of(Path.of("/dev/full"), folder.resolve("absent/x.pt"))) {
      try (var module = scaled(floats(3))) {
        var e = assertThrows(TorchException.class, () -> module.save(file, Map.of()));
        assertEquals(TorchException.Kind.IO, e.kind());
        var reason = file.startsWith("/dev") ? "No space left on device" : "No such file";
        assertTrue(e.getMessage().contains(reason), e.getMessage());
      }
    }
  }

  /// The weights are shared, not copied: gradients reach them, and changing them changes the
  /// module.
  @Test
  void aModuleTrainsThroughItsParameters() {
    var w = floats(3).requiresGrad_(true);
    try (var module = scaled(w)) {
      module.forward(floats(2)).sum().backward();
      assertEquals(2, w.grad().item());
      try (var _ = GradMode.noGrad()) {
        module.parameters().get("w").copy_(floats(10));
      }
      assertEquals(21, module.forward(floats(2)).item());
    }
  }

  @Test
  void submodulesOfOneClassKeepTheirOwnWeights() {
    try (var one = scaled(floats(2));
        var two = scaled(floats(5));
        var both = ScriptModule.create("Both").child("0", one).child("1", two)) {
      both.define(
          "def forward(self, x: Tensor) -> Tensor:\n"
              + "    return getattr(self, \"0\").forward(x) + getattr(self, \"1\").forward(x)\n");
      var file = folder.resolve("both.pt");
      both.save(file, Map.of());
      try (var loaded = ScriptModule.load(file, Device.CPU)) {
        assertEquals(9, loaded.forward(floats(1)).item());
        assertEquals(
            List.of("0.w", "1.w"), loaded.parameters().keySet().stream().sorted().toList());
      }
    }
  }

  @Test
  void errorsAreLibTorchsWithoutTheTrace() {
    try (var module = scaled(floats(1, 2))) {
      var shapes = assertThrows(TorchException.class, () -> module.forward(floats(1, 2, 3)));
      assertTrue(shapes.getMessage().contains("size of tensor a"), shapes.getMessage());
      assertTrue(!shapes.getMessage().contains("Traceback"), shapes.getMessage());
      var name = assertThrows(TorchException.class, () -> module.call("backwards"));
      assertTrue(name.getMessage().contains("no method 'backwards'"), name.getMessage());
      var type = assertThrows(TorchException.class, () -> module.call("forward", "text"));
      assertTrue(type.getMessage().contains("Expected a value of type 'Tensor"), type.getMessage());
      var source =
          assertThrows(
              TorchException.class, () -> module.define("def f(self) -> int:\n    return x\n"));
      assertTrue(source.getMessage().contains("undefined value x"), source.getMessage());
      assertThrows(TorchException.class, () -> module.forwardDict(floats(1, 2)));
    }
  }

  @Test
  void filesThatAreNotModulesAreRefusedByName() throws Exception {
    var text = Files.writeString(folder.resolve("x.pt"), "text");
    assertThrows(TorchException.class, () -> ScriptModule.load(text, Device.CPU));
    var absent = folder.resolve("absent.pt");
    var refusal = assertThrows(TorchException.class, () -> ScriptModule.load(absent, Device.CPU));
    assertTrue(refusal.getMessage().contains("absent.pt"), refusal.getMessage());
  }

  @Test
  void aClosedModuleIsAnException() {
    var module = scaled(floats(1));
    module.close();
    module.close();
    assertThrows(IllegalStateException.class, () -> module.forward(floats(1)));
    assertThrows(IllegalStateException.class, () -> module.parameters());
  }

  @Test
  void severalThreadsCallOneModule() throws Exception {
    try (var module = scaled(floats(2));
        var pool = Executors.newFixedThreadPool(4)) {
      Callable<Double> work =
          () -> {
            try (var _ = TensorScope.open()) {
              double sum = 0;
              for (int i = 0; i < 200; i++) {
                sum += module.forward(floats(i)).item();
              }
              return sum;
            }
          };
      for (var result : pool.invokeAll(List.of(work, work, work, work))) {
        assertEquals(2 * 199 * 100 + 200, result.get());
      }
    }
  }
}
