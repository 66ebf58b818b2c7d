package toco.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import toco.host.ProcessMemory;
import toco.torch.LibTorch;

class ServerLoadTest extends ServeFixture {
  private static final Pattern SAMPLE =
      Pattern.compile(
          "[a-zA-Z_:][a-zA-Z0-9_:]*(\\{([a-zA-Z_]\\w*=\"([^\"\\\\]|\\\\.)*\",?)*\\})? (\\S+)");

  /// Seconds of the load; 60 for a measurement.
  private static final int SECONDS = Integer.getInteger("toco.test.loadSeconds", 5);

  private static final int CLIENTS = 32;

  private final CountDownLatch release = new CountDownLatch(1);

  /// Every answer is the right one or 429; afterwards nothing is held. Times are printed, not
  /// judged: they depend on the machine.
  @Test
  void manyClientsGetRightAnswersOr429() throws Exception {
    var choice = new Choice();
    choice.limits = limits(1, 8, Duration.ofSeconds(20));
    var statuses = new ConcurrentHashMap<Integer, Integer>();
    var seconds = new ConcurrentLinkedQueue<Double>();
    try (var server = server(choice);
        var client = new Client(server)) {
      var image = picture(60, 45);
      var expected = client.post("/api/segment", "image/png", image).body();
      long tensors = LibTorch.liveTensors();
      var resident = new ConcurrentLinkedQueue<Long>(); // MB, at each third
      resident.add(ProcessMemory.residentBytes() >> 20);
      long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
      try (var threads = Executors.newFixedThreadPool(CLIENTS + 1)) {
        var _ =
            threads.submit(() -> {
              for (int third = 0; third < 3; third++) {
                Thread.sleep(Duration.ofSeconds(SECONDS).dividedBy(3));
                resident.add(ProcessMemory.residentBytes() >> 20);
              }
              return null;
            });
        for (int i = 0; i < CLIENTS; i++) {
          var _ =
              threads.submit(() -> {
                while (System.nanoTime() < end) {
                  long start = System.nanoTime();
                  int status = request(client, image, expected);
                  statuses.merge(status, 1, Integer::sum);
                  if (status == 200) {
                    seconds.add((System.nanoTime() - start) / 1e9);
                  } else {
                    Thread.sleep(20);
                  }
                }
                return null;
              });
        }
      }
      assertEquals(tensors, LibTorch.liveTensors(), "live tensors after the load");
      assertTrue(statuses.getOrDefault(200, 0) > 0, statuses::toString);
      assertTrue(Set.of(200, 429).containsAll(statuses.keySet()), statuses::toString);
      var sorted = seconds.stream().sorted().toList();
      System.out.printf(
          "%s clients, %s s: %s, p50 %.3f s, p95 %.3f s, resident %s MB%n",
          CLIENTS,
          SECONDS,
          statuses,
          sorted.get(sorted.size() / 2),
          sorted.get(sorted.size() * 95 / 100),
          resident);
    }
  }

  /// The status; that of a wrong answer is 0, of an error −1.
  private static int request(Client client, byte[] image, byte[] expected) {
    try {
      var answer = client.post("/api/segment", "image/png", image);
      boolean isWrong = answer.statusCode() == 200 && !Arrays.equals(expected, answer.body());
      return isWrong ? 0 : answer.statusCode();
    } catch (IOException e) {
      return -1;
    }
  }

  /// With one worker and one place in the queue, the third request is refused at once.
  @Test
  void aFullQueueRefusesWithATimeToTryAgain() throws Exception {
    var image = picture(40, 30);
    try (var server = blocked();
        var client = new Client(server);
        var waits = new RawClient(server).open()) {
      block(server);
      waits.getOutputStream().write(request(server, image));
      await(client, "toco_queue_length", 1);
      for (int i = 0; i < 3; i++) {
        var answer = client.post("/api/segment", "image/png", image);
        assertEquals(429, answer.statusCode());
        var wait = answer.headers().firstValue("Retry-After").orElseThrow();
        assertTrue(wait.matches("[1-9]\\d?"), wait);
      }
      assertEquals(200, client.get("/api/info").statusCode(), "needs no worker");
      release.countDown();
      assertEquals(200, RawClient.status(waits));
      assertEquals(200, client.post("/api/segment", "image/png", image).statusCode());
    }
  }

  /// A request that is closed while it waits is not worked on.
  @Test
  void aClosedRequestLeavesTheQueue() throws Exception {
    var image = picture(40, 30);
    try (var server = blocked();
        var client = new Client(server)) {
      block(server);
      for (int i = 0; i < 3; i++) { // the queue would be full at the second
        try (var waits = new RawClient(server).open()) {
          waits.getOutputStream().write(request(server, image));
          await(client, "toco_queue_length", 1);
        }
        await(client, "toco_queue_length", 0);
      }
      assertEquals(1, value(client, "toco_workers_busy"));
      release.countDown();
      await(client, "toco_workers_busy", 0);
      var gone = "toco_http_requests_total{route=\"/api/segment\",status=\"0\"}";
      assertEquals(3, value(client, gone));
    }
  }

  private PageServer blocked() throws IOException {
    var choice = new Choice();
    choice.limits = limits(1, 1, Duration.ofSeconds(20));
    return server(choice);
  }

  /// Keeps the server's one worker busy until [#release].
  private void block(PageServer server) throws InterruptedException {
    var begun = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(() -> {
          try {
            server
                .networkWorkers()
                .run(
                    () -> true,
                    () -> {
                      begun.countDown();
                      release.await();
                      return true;
                    });
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    begun.await();
  }

  private static byte[] request(PageServer server, byte[] image) {
    return new RawClient(server)
        .request(
            "POST /api/segment",
            "Content-Type: image/png\r\n" + HostileRequests.length(image.length),
            image);
  }

  private static void await(Client client, String gauge, double wanted) throws Exception {
    for (int i = 0; i < 600 && value(client, gauge) != wanted; i++) {
      Thread.sleep(20);
    }
    assertEquals(wanted, value(client, gauge), gauge);
  }

  private static double value(Client client, String name) throws IOException {
    return new String(client.get("/metrics").body(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow();
  }

  /// Each line is a comment or a sample of Prometheus' text format.
  @Test
  void metricsAreInPrometheusFormat() throws IOException {
    try (var server = server();
        var client = new Client(server)) {
      client.get("/api/info");
      client.get("/none");
      var answer = client.get("/metrics");
      var type = answer.headers().firstValue("Content-Type").orElseThrow();
      assertTrue(type.startsWith("text/plain; version=0.0.4"), type);
      var text = new String(answer.body(), StandardCharsets.UTF_8);
      assertTrue(text.endsWith("\n"));
      for (var line : text.lines().toList()) {
        if (!line.startsWith("# HELP ") && !line.startsWith("# TYPE ")) {
          var sample = SAMPLE.matcher(line);
          assertTrue(sample.matches(), line);
          var number = sample.group(4).replace("+Inf", "Infinity");
          assertTrue(!Double.isNaN(Double.parseDouble(number)), line);
        }
      }
      for (var sample :
          List.of(
              "toco_http_requests_total{route=\"/api/info\",status=\"200\"} 1",
              "toco_http_requests_total{route=\"other\",status=\"404\"} 1",
              "toco_http_request_seconds_count{route=\"/api/info\"} 1",
              "toco_queue_capacity 16",
              "toco_live_tensors ",
              "process_resident_memory_bytes ")) {
        assertTrue(text.contains("\n" + sample), sample + " in " + text);
      }
    }
  }

  @Test
  void aStoppedServerEndsItsThreadsAndFreesItsNetworks() throws IOException {
    long before = LibTorch.liveTensors();
    var server = server();
    try (var client = new Client(server)) {
      assertArrayEquals(
          "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8), client.get("/api/health").body());
      server.requestStop();
      assertEquals(503, client.get("/api/health").statusCode());
    }
    server.close();
    assertEquals(before, LibTorch.liveTensors());
  }
}
