package toco.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.StateDict;
import toco.config.Config;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// A training whose tracker does not work is the same training.
@TensorTest(scope = false)
class TrackedRunTest {
  @TempDir Path folder;
  private final List<String> messages = new ArrayList<>();

  private final class Noting extends TinyRun.Watcher {
    private final Thread thread = Thread.currentThread();

    @Override
    public void onMessage(String line) {
      assertEquals(thread, Thread.currentThread()); // listeners know no other
      messages.add(line);
    }
  }

  private Config tiny(String run, String... more) {
    return TinyRun.config(folder.resolve(run), folder.resolve("data"), more);
  }

  private List<String> ofTracker() {
    return messages.stream().filter(line -> line.startsWith("MLflow")).toList();
  }

  /// The server accepts connections and never answers.
  @Test
  void aServerThatHangsChangesNoWeightAndHoldsUpNoStep() throws IOException {
    var alone = new TinyRun.Watcher();
    alone.stopAt = 4;
    TinyRun.train(tiny("alone", "train.maxIters=5"), alone);
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var config =
          tiny(
              "tracked",
              "train.maxIters=5",
              "track.mlflow=http://127.0.0.1:" + silent.getLocalPort());
      var watcher = new Noting();
      watcher.stopAt = 4;
      long startNs = System.nanoTime();
      assertEquals(4, TinyRun.train(config, watcher).step());
      double seconds = (System.nanoTime() - startNs) * 1e-9;
      assertTrue(seconds < 60, seconds + " s");
    }
    assertEquals(1, ofTracker().size(), messages.toString());
    assertTrue(ofTracker().getFirst().endsWith("toco track " + folder.resolve("tracked")));
    try (var _ = TensorScope.open()) {
      var file = "checkpoints/step-000004.safetensors";
      var expected = StateDict.load(folder.resolve("alone").resolve(file)).tensors();
      var tracked = StateDict.load(folder.resolve("tracked").resolve(file)).tensors();
      assertEquals(expected.keySet(), tracked.keySet());
      expected.forEach((name, weight) ->
          assertArrayEquals(weight.toFloatArray(), tracked.get(name).toFloatArray(), name));
    }
  }

  /// Its own failure is what a run that fails ends with, not the tracker's.
  @Test
  void aRunThatFailsSaysWhyWhateverTheTrackerDoes() throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var http = HttpServer.create(address, 0);
    http.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(500, -1);
          exchange.close();
        });
    http.start();
    try {
      var uri = "track.mlflow=http://127.0.0.1:" + http.getAddress().getPort();
      var config = tiny("run", "train.maxIters=40", uri);
      var victim = Dataset.open(config.data(), Split.TRAIN).imagePath(1);
      Files.write(victim, new byte[] {1, 2, 3});
      var e = assertThrows(DataException.class, () -> TinyRun.train(config, new Noting()));
      assertTrue(e.getMessage().contains(victim.getFileName().toString()), e.getMessage());
    } finally {
      http.stop(0);
    }
    assertEquals(2, ofTracker().size(), messages.toString());
    assertTrue(ofTracker().getFirst().contains("HTTP status 500"), messages.toString());
  }
}
