package toco.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.checkpoint.TestFiles.assertRefused;
import static toco.checkpoint.TestFiles.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorTest;

@TensorTest
final class CheckpointTest {
  @TempDir Path run;

  private static Checkpoint checkpoint(long step) {
    return new Checkpoint(
        Map.of(
            "classifier.weight",
            Tensor.full(step, DType.FLOAT32, Device.CPU, 20, 8).requiresGrad_(true)),
        Map.of(
            "step", Tensor.of(new long[] {step}), "exp_avg.classifier.weight", Tensor.rand(20, 8)),
        Map.of("cpu", Rng.state(Device.CPU)),
        Map.of(
            "teacher.classifier.weight",
            Tensor.full(step, DType.FLOAT32, Device.CPU, 20, 8),
            "queue",
            Tensor.of(new long[] {step})),
        step,
        2,
        "train:\n  seed: 3 # ü\n",
        LibTorch.version());
  }

  @Test
  void roundTripKeepsEverything() {
    var saved = checkpoint(600);
    var file = saved.saveToRun(run, 2);
    assertEquals(run.resolve("checkpoints/step-000600.safetensors"), file);
    var loaded = Checkpoint.load(file);
    assertEquals(600, loaded.step());
    assertEquals(2, loaded.processes());
    assertEquals(saved.configYaml(), loaded.configYaml());
    assertEquals(LibTorch.version(), loaded.libTorchVersion());
    assertSame(saved.model(), loaded.model());
    assertSame(saved.optimizer(), loaded.optimizer());
    assertSame(saved.rng(), loaded.rng());
    assertSame(saved.state(), loaded.state());
  }

  @Test
  void theFileKeepsTheVersionOfLibTorch() {
    var saved = checkpoint(1);
    var older =
        new Checkpoint(
            saved.model(), Map.of(), Map.of(), Map.of(), 1, 1, saved.configYaml(), "2.11.0");
    var file = older.saveToRun(run, 1);
    assertEquals("2.11.0", Checkpoint.load(file).libTorchVersion());
    assertEquals("2.11.0", SafeTensors.read(file).metadata().get("toco.libtorch"));
  }

  @Test
  void aRestoredGeneratorContinuesItsSequence() {
    var file = checkpoint(1).saveToRun(run, 1);
    var expected = Tensor.rand(100).toFloatArray();
    Rng.setState(Device.CPU, Checkpoint.load(file).rng().get("cpu"));
    assertArrayEquals(expected, Tensor.rand(100).toFloatArray());
  }

  @Test
  void theModelOfACheckpointLoadsAsWeights() {
    var file = checkpoint(7).saveToRun(run, 1);
    assertEquals(
        List.of("classifier.weight"), List.copyOf(StateDict.load(file).tensors().keySet()));
  }

  @Test
  void theNewestAreKeptAndTemporaryFilesRemoved() throws IOException {
    var folder = Files.createDirectories(run.resolve("checkpoints"));
    Files.writeString(folder.resolve(".step-000150.safetensors.1-1.tmp"), "half");
    Files.writeString(folder.resolve("notes.txt"), "mine");
    for (long step : new long[] {100, 200, 300, 1_000_000, 999_999}) {
      checkpoint(step).saveToRun(run, 2);
    }
    try (var files = Files.list(folder)) {
      assertEquals(
          List.of("notes.txt", "step-1000000.safetensors", "step-999999.safetensors"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertEquals(1_000_000, Checkpoint.latest(run).orElseThrow().checkpoint().step());
  }

  /// A new run in an old folder has lower steps than the old run: its new checkpoint must not be
  /// removed as the oldest.
  @Test
  void theCheckpointJustWrittenIsNeverRemoved() {
    checkpoint(900).saveToRun(run, 1);
    assertTrue(Files.exists(checkpoint(100).saveToRun(run, 1)));
  }

  @Test
  void aRunWithoutCheckpointsHasNoLatest() throws IOException {
    assertEquals(Optional.empty(), Checkpoint.latest(run));
    Files.createDirectories(run.resolve("checkpoints"));
    Files.writeString(run.resolve("checkpoints/.step-000100.safetensors.1-1.tmp"), "half");
    assertEquals(Optional.empty(), Checkpoint.latest(run));
  }

  @Test
  void ifTheNewestIsDamagedItIsReportedAndThePreviousOneUsed() throws IOException {
    checkpoint(100).saveToRun(run, 9);
    var flipped = checkpoint(200).saveToRun(run, 9);
    var bytes = Files.readAllBytes(flipped);
    bytes[bytes.length - 9] ^= 1;
    Files.write(flipped, bytes);
    var cut = checkpoint(300).saveToRun(run, 9);
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 3000));
    var empty = Files.createFile(Checkpoint.file(run, 400));

    var found = Checkpoint.latest(run).orElseThrow();

    assertEquals(100, found.checkpoint().step());
    assertEquals(3, found.damaged().size());
    assertTrue(
        found.damaged().get(0).startsWith(empty + ": ") && found.damaged().get(0).contains("empty"),
        found.damaged().get(0));
    assertTrue(found.damaged().get(1).contains("truncated"), found.damaged().get(1));
    assertTrue(found.damaged().get(2).contains("checksum"), found.damaged().get(2));
  }

  @Test
  void onlyDamagedCheckpointsAreAnError() throws IOException {
    Files.createDirectories(run.resolve("checkpoints"));
    Files.writeString(Checkpoint.file(run, 5), "nothing");
    assertRefused(
        run.resolve("checkpoints"), () -> Checkpoint.latest(run), "none of the 1 checkpoints");
  }

  @Test
  void otherKindsOfFilesAreNamed() throws IOException {
    var weights = golden("micro.safetensors");
    assertRefused(
        weights,
        () -> Checkpoint.load(weights),
        "75 tensors",
        "not a checkpoint of a training run");
    var pth = golden("micro.pth");
    assertRefused(pth, () -> Checkpoint.load(pth), "saved by PyTorch");
    var picture = TestFiles.resource("data/photos/JPEGImages/astronaut.jpg");
    assertRefused(picture, () -> Checkpoint.load(picture), "JPEG picture");
    var future = run.resolve("future.safetensors");
    SafeTensors.write(future, Map.of(), Map.of("toco.checkpoint", "2"));
    assertRefused(future, () -> Checkpoint.load(future), "format 2", "format 1");
    SafeTensors.write(future, Map.of(), Map.of("toco.checkpoint", "1", "toco.step", "x"));
    assertRefused(future, () -> Checkpoint.load(future), "step is not a number");
  }

  private static void assertSame(Map<String, Tensor> expected, Map<String, Tensor> got) {
    assertEquals(expected.keySet(), got.keySet());
    expected.forEach((name, tensor) -> {
      assertEquals(tensor.info().shape(), got.get(name).info().shape(), name);
      assertEquals(tensor.info().dtype(), got.get(name).info().dtype(), name);
      assertArrayEquals(tensor.toDoubleArray(), got.get(name).toDoubleArray(), name);
    });
  }
}
