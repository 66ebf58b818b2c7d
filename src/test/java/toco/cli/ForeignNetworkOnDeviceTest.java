package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.files.Json;
import toco.foreign.ToyNetworks;
import toco.torch.OnAccelerator;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// Networks of other programs: a TorchScript module runs on the accelerator, an ONNX file on the
/// CPU between steps on the accelerator. Either gives the scores that were computed by hand.
@OnAccelerator
@TensorTest(scope = false)
class ForeignNetworkOnDeviceTest {
  @TempDir Path folder;
  private Path config;

  @BeforeEach
  void writeData() throws IOException {
    config = ToyNetworks.config(folder);
  }

  private void assertByHand(Path network, String protocol, String... more) {
    var line = new ArrayList<Object>(List.of("eval", config, "--network", network));
    line.addAll(List.of("--normalize", "none", "--protocol", protocol, "--json"));
    line.addAll(List.of("--set", "train.device=" + TestAccelerator.name()));
    line.addAll(List.of("--out", folder.resolve("results")));
    line.addAll(List.of(more));
    var result = Cli.run(line.toArray());
    assertEquals(0, result.status(), result.err());
    var scores = Json.MAPPER.readTree(result.out());
    assertEquals(ToyNetworks.MIOU, scores.path("segMiou").asDouble(), 1e-12);
    assertEquals(1, scores.path("classF1").asDouble());
    assertEquals(TestAccelerator.name(), scores.at("/environment/device").asString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"train-time", "voc-crf", "cosa"})
  void aScript(String protocol) {
    assertByHand(ToyNetworks.script(folder.resolve("toy.ts")), protocol);
  }

  @Test
  void anOnnxFile() throws IOException {
    assertByHand(ToyNetworks.onnx(folder.resolve("toy.onnx"), -1), "voc", "--output", "out");
  }
}
