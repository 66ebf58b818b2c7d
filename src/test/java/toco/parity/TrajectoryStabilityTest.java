package toco.parity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.checkpoint.SafeTensors;
import toco.files.Json;
import toco.parity.Tolerance.Within;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.TensorScope;

/// Ten whole training steps, every loss on, give the same bits again and again.
class TrajectoryStabilityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final int THREADS = 2;

  private int threadsBefore;

  @BeforeEach
  void noteThreads() {
    threadsBefore = LibTorch.numThreads();
  }

  @AfterEach
  void restoreThreads() {
    LibTorch.setNumThreads(threadsBefore);
  }

  /// Runs in its own process and prints the digest of everything that ten steps compute.
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws NoSuchAlgorithmException {
      System.out.println(digest(trajectory(Integer.parseInt(arguments[0]))));
    }
  }

  /// Losses, learning rates, flags and final weights, by name.
  private static Map<String, double[]> trajectory(int threads) {
    LibTorch.setNumThreads(threads);
    try (var _ = TensorScope.open()) {
      var contents = SafeTensors.read(GOLDEN.resolve("train_trajectory.safetensors"));
      var params = Json.MAPPER.readTree(contents.metadata().get("params"));
      var golden = new GoldenCase("train_trajectory", "", params, contents.tensors(), Device.CPU);
      var left = new TreeMap<String, double[]>();
      TrainingCases.trajectory(golden, GOLDEN, MicroNetwork.config(GOLDEN))
          .forEach((name, tensor) -> left.put(name, tensor.toDoubleArray()));
      return left;
    }
  }

  private static String digest(Map<String, double[]> trajectory) throws NoSuchAlgorithmException {
    var sha = MessageDigest.getInstance("SHA-256");
    trajectory.forEach((name, values) -> {
      sha.update(name.getBytes(StandardCharsets.UTF_8));
      var bytes = ByteBuffer.allocate(Double.BYTES * values.length);
      bytes.asDoubleBuffer().put(values);
      sha.update(bytes);
    });
    return HexFormat.of().formatHex(sha.digest());
  }

  @Test
  void atOneNumberOfThreadsEveryBitIsTheSame() throws Exception {
    var first = trajectory(THREADS);
    assertTrue(first.size() > 50, () -> "names: " + first.keySet());
    var again = trajectory(THREADS);
    first.forEach((name, values) -> assertArrayEquals(values, again.get(name), name));
    assertEquals(digest(first), digest(again));
    assertEquals(digest(first), digestOfAnotherProcess(THREADS));
    first.get("out.loss_total")[9] = Math.nextUp(first.get("out.loss_total")[9]);
    assertNotEquals(digest(first), digest(again)); // the digest sees a single bit
  }

  /// Threads share sums out differently, so last digits differ. Losses, of size 0.1 to 3, stay
  /// within some float32 roundings, 1e-6 where this was written. A weight whose gradient is nothing
  /// but rounding (the keys' bias, which softmax does not see) AdamW moves by steps of the learning
  /// rate's size all the same, so weights have the tolerance that came with the recorded results.
  @Test
  void anotherNumberOfThreadsChangesRoundingAlone() {
    var two = trajectory(THREADS);
    var one = trajectory(1);
    assertEquals(two.keySet(), one.keySet());
    two.forEach((name, values) -> {
      var tolerance = name.contains("loss") ? new Within(1e-5, 0) : new Within(5e-4, 0);
      var verdict = tolerance.compare(values, one.get(name));
      assertTrue(verdict.pass(), () -> name + " is off by " + verdict.error());
    });
  }

  private static String digestOfAnotherProcess(int threads)
      throws IOException, InterruptedException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var child =
        new ProcessBuilder(
                List.of(
                    java,
                    "--enable-native-access=ALL-UNNAMED",
                    "-Dtoco.library=" + LibTorch.library(),
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Child.class.getName(),
                    Integer.toString(threads)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var said = child.inputReader(StandardCharsets.UTF_8)) {
      var digest = said.readLine();
      assertEquals(0, child.waitFor());
      return digest;
    }
  }
}
