package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.SafeTensors;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class CheckpointCommandsTest {
  private static final String GOLDEN = "src/test/resources/golden/";

  @TempDir private Path folder;

  @Test
  void inspectListsEveryTensorAndTheSums() {
    var text = Cli.run("checkpoint", "inspect", GOLDEN + "micro_deit_pretrained.pth");
    assertEquals(0, text.status(), text.err());
    assertTrue(text.out().contains("head.weight"), text.out());
    assertTrue(text.out().contains(" tensors, "), text.out());
    var encoder = "encoder: an encoder of 4 blocks, width 48, patches of 16 px, timm's names";
    assertTrue(text.out().contains(encoder), text.out());
    var json = Cli.run("checkpoint", "inspect", GOLDEN + "micro.safetensors", "--json");
    assertTrue(json.out().contains("\"kind\":\"a safetensors file\""), json.out());
    assertTrue(json.out().contains("\"shape\":[1,1,48]"), json.out());
  }

  @Test
  void convertedThereAndBackIsTheSameAndAnotherPrefixIsNot() {
    var pth = folder.resolve("x.pth").toString();
    var back = folder.resolve("back.safetensors").toString();
    assertEquals(0, Cli.run("checkpoint", "convert", GOLDEN + "micro.safetensors", pth).status());
    assertEquals(0, Cli.run("checkpoint", "convert", pth, back).status());
    var same = Cli.run("checkpoint", "diff", GOLDEN + "micro.safetensors", back);
    assertEquals(0, same.status(), same.out());
    assertTrue(same.out().contains("75 tensors are equal, 0 differ"), same.out());
    var half = folder.resolve("half.safetensors").toString();
    Cli.run("checkpoint", "convert", pth, half, "--dtype", "bfloat16", "--prefix", "net.");
    var other = Cli.run("checkpoint", "diff", pth, half);
    assertEquals(1, other.status());
    assertTrue(other.out().contains("only in " + half + ": net."), other.out());
  }

  @Test
  void theAverageOfAFileWithItselfIsTheFile() {
    var mean = folder.resolve("mean.safetensors").toString();
    var file = GOLDEN + "micro.safetensors";
    assertEquals(0, Cli.run("checkpoint", "average", "--out", mean, file, file).status());
    assertEquals(0, Cli.run("checkpoint", "diff", file, mean).status());
  }

  @Test
  void differencesAreNumbers() {
    try (var _ = TensorScope.open()) {
      SafeTensors.write(folder.resolve("a.safetensors"), Map.of("w", Tensor.ones(2)), Map.of());
      SafeTensors.write(
          folder.resolve("b.safetensors"), Map.of("w", Tensor.ones(2).mul(1.25)), Map.of());
    }
    var diff = Cli.run("checkpoint", "diff", folder + "/a.safetensors", folder + "/b.safetensors");
    assertTrue(diff.out().contains("w: by at most 0.250, relative 0.250"), diff.out());
  }

  @Test
  void badInputIsOneLine() throws Exception {
    var text = Files.writeString(folder.resolve("x.pth"), "no weights");
    var kind = Cli.run("checkpoint", "inspect", text.toString());
    assertEquals(1, kind.status());
    assertTrue(kind.err().startsWith("toco: error: " + text), kind.err());
    var ending = Cli.run("checkpoint", "convert", GOLDEN + "micro.pth", folder + "/x.onnx");
    assertTrue(ending.err().contains("expected .safetensors, .pth or .pt"), ending.err());
    var dtype =
        Cli.run(
            "checkpoint", "convert", GOLDEN + "micro.pth", folder + "/y.pth", "--dtype", "int8");
    assertEquals(2, dtype.status());
    assertTrue(dtype.err().contains("floating-point"), dtype.err());
  }
}
