package toco.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Protocol;
import toco.config.Split;
import toco.data.Dataset;
import toco.files.Json;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorTest;
import toco.train.TinyRun;
import tools.jackson.databind.JsonNode;

/// Shared by the tests of the server: a synthetic data set, small networks with random weights, a
/// client, and the check that every tensor is freed when the server is closed.
@TensorTest(scope = false)
abstract class ServeFixture {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path data;
  @TempDir Path folder;

  final List<String> messages = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void makeImages() {
    LibTorch.load();
    Dataset.open(config().data(), Split.TRAIN);
  }

  /// @param more settings
  static Config config(String... more) {
    var overrides =
        new ArrayList<>(
            List.of(
                "data.root=" + data,
                "data.synthetic.trainImages=5",
                "data.synthetic.valImages=3",
                "data.synthetic.testImages=2",
                "train.device=cpu",
                "eval.sizePx=32",
                "eval.camScales=[1, 0.5]",
                "model.initStd=0.2"));
    overrides.addAll(TinyRun.NETWORK);
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  /// @param seed of its weights
  static TrainedNetwork network(int seed) {
    Rng.manualSeed(seed);
    var config = config();
    return new TrainedNetwork(config, new Toco(config.model(), Device.CPU), Device.CPU);
  }

  /// Options with changes.
  static final class Choice {
    @Nullable String token;
    @Nullable Path annotations;
    List<Path> runs = List.of();
    ServeLimits limits = ServeLimits.STANDARD;
    Protocol.Name protocol = Protocol.Name.VOC;

    ServeOptions options() {
      return new ServeOptions(
          "127.0.0.1", 0, token, protocol, annotations, runs, limits, /* verbose= */ true);
    }
  }

  /// Limits of a small queue and short times.
  static ServeLimits limits(int workers, int queue, Duration reading) {
    return new ServeLimits(4 << 20, 1_000_000, workers, queue, 64, reading, Duration.ofSeconds(20));
  }

  PageServer server(Choice choice) throws IOException {
    return PageServer.start(choice.options(), List.of(network(11)), messages::add);
  }

  PageServer server() throws IOException {
    return server(new Choice());
  }

  /// A client of one server. Closing it closes its connections.
  static final class Client implements AutoCloseable {
    private final HttpClient http =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final PageServer server;

    Client(PageServer server) {
      this.server = server;
    }

    URI uri(String path) {
      return URI.create(server.url().replaceFirst("/(#.*)?$", "") + path);
    }

    HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
      try {
        return http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofByteArray());
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    HttpResponse<byte[]> get(String path) throws IOException {
      return send(HttpRequest.newBuilder(uri(path)));
    }

    HttpResponse<byte[]> post(String path, String type, byte[] body) throws IOException {
      return send(
          HttpRequest.newBuilder(uri(path))
              .header("Content-Type", type)
              .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    HttpResponse<byte[]> put(String path, String json) throws IOException {
      return send(
          HttpRequest.newBuilder(uri(path))
              .header("Content-Type", "application/json")
              .PUT(HttpRequest.BodyPublishers.ofString(json)));
    }

    /// The JSON of an answer that must be 200.
    JsonNode json(String path) throws IOException {
      return json(200, get(path));
    }

    static JsonNode json(int status, HttpResponse<byte[]> answer) {
      assertEquals(status, answer.statusCode(), () -> new String(answer.body()));
      return Json.MAPPER.readTree(answer.body());
    }

    @Override
    public void close() {
      http.close();
    }
  }

  /// An answer's arrays, read as a safetensors file.
  record Answered(JsonNode info, SafeTensors.Contents contents) {}

  /// Call it in a tensor scope.
  Answered arrays(HttpResponse<byte[]> answer) throws IOException {
    assertEquals(200, answer.statusCode(), () -> new String(answer.body()));
    var file = Files.createTempFile(folder, "answer", ".safetensors");
    Files.write(file, answer.body());
    var contents = SafeTensors.read(file);
    return new Answered(
        Json.MAPPER.readTree(Map.copyOf(contents.metadata()).get("info")), contents);
  }

  /// A PNG of random colours.
  static byte[] picture(int widthPx, int heightPx) {
    var picture = Picture.filled(widthPx, heightPx, 0);
    var random = new Random(7);
    for (int i = 0; i < picture.rgb().length; i++) {
      picture.rgb()[i] = random.nextInt(0x1000000);
    }
    return ImageWriter.png(picture);
  }

  static Arena arena() {
    return Arena.ofAuto();
  }
}
