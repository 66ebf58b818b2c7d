package toco.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import toco.config.Protocol;

class ServerSecurityTest extends ServeFixture {
  private static final int HOSTILE = 1000;

  /// None of them is let in or makes the server fail, and it serves as before.
  @Test
  void aThousandHostileRequestsAreRefused() throws IOException {
    var choice = new Choice();
    choice.annotations = folder.resolve("annotations");
    choice.limits = limits(1, 16, Duration.ofSeconds(2));
    var random = new Random(3);
    var statuses = new TreeMap<Integer, Integer>();
    try (var server = server(choice);
        var client = new Client(server)) {
      var image = picture(40, 30);
      var before = client.post("/api/segment", "image/png", image);
      assertEquals(200, before.statusCode());
      var raw = new RawClient(server);
      for (int i = 0; i < HOSTILE; i++) {
        var request = HostileRequests.of(raw, i, random);
        boolean isNoise = i % HostileRequests.KINDS == HostileRequests.NOISE;
        int status = isNoise ? raw.statusOfEnded(request) : raw.status(request);
        statuses.merge(status, 1, Integer::sum);
        int kind = i;
        assertTrue(
            status == 0 || (status >= 400 && status < 500),
            () ->
                "%s to %s: %s"
                    .formatted(
                        status,
                        kind % HostileRequests.KINDS,
                        new String(
                            request,
                            0,
                            Math.min(200, request.length),
                            StandardCharsets.ISO_8859_1)));
      }
      assertTrue(statuses.getOrDefault(0, 0) < HOSTILE / 10, "mostly answered: " + statuses);
      var after = client.post("/api/segment", "image/png", image);
      assertArrayEquals(before.body(), after.body());
      var failures = messages.stream().filter(line -> line.contains("failed:")).toList();
      assertEquals(List.of(), failures);
    }
  }

  /// Clients that send nothing, or a byte now and then, hold no worker, and are dropped in time.
  @Test
  void slowClientsHoldNoWorker() throws Exception {
    var choice = new Choice();
    choice.limits = limits(1, 1, Duration.ofSeconds(1));
    try (var server = server(choice);
        var client = new Client(server)) {
      var raw = new RawClient(server);
      var slow = new ArrayList<Socket>();
      for (int i = 0; i < 30; i++) {
        var socket = raw.open();
        slow.add(socket);
        if (i % 3 > 0) { // a third sends nothing at all
          var whole =
              raw.request(
                  "POST /api/segment",
                  "Content-Type: image/png\r\n" + HostileRequests.length(5000),
                  new byte[0]);
          int end = i % 3 == 1 ? whole.length : whole.length / 2; // half a header, or no body
          socket.getOutputStream().write(whole, 0, end);
        }
      }
      var answer = client.post("/api/segment", "image/png", picture(40, 30));
      assertEquals(200, answer.statusCode());
      for (int i = 1; i < slow.size(); i += 3) {
        assertEquals(0, RawClient.status(slow.get(i)), "closed without a body");
      }
      for (var socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void otherMachinesNeedAToken() {
    var refused =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                new ServeOptions(
                    "0.0.0.0",
                    0,
                    null,
                    Protocol.Name.VOC,
                    null,
                    List.of(),
                    ServeLimits.STANDARD,
                    false));
    assertTrue(String.valueOf(refused.getMessage()).contains("--token"), refused.getMessage());
  }

  @Test
  void withATokenOnlyPageAndHealthAreOpen() throws IOException {
    var choice = new Choice();
    choice.token = "correct-horse-battery";
    try (var server = server(choice);
        var client = new Client(server)) {
      assertTrue(server.url().endsWith("/#token=correct-horse-battery"), server.url());
      var raw = new RawClient(server);
      for (var path : List.of("/", "/index.html", "/openapi.json", "/api/health")) {
        assertEquals(200, client.get(path).statusCode(), path);
      }
      for (var path : List.of("/api/info", "/api/images", "/api/runs", "/metrics")) {
        assertEquals(401, client.get(path).statusCode(), path);
        for (var header :
            List.of(
                "Bearer correct-horse-batterY",
                "Bearer correct-horse-batter",
                "Bearer ",
                "correct-horse-battery",
                "Basic correct-horse-battery")) {
          assertEquals(
              401,
              raw.status(
                  raw.request("GET " + path, "Authorization: " + header + "\r\n", new byte[0])),
              header);
        }
        var known = "Authorization: Bearer correct-horse-battery\r\n";
        assertEquals(200, raw.status(raw.request("GET " + path, known, new byte[0])), path);
        assertEquals(400, raw.status(raw.request("GET " + path, known + known, new byte[0])));
      }
    }
  }

  @Test
  void onlyItsOwnNameAndPageAreLetIn() throws IOException {
    try (var server = server()) {
      var raw = new RawClient(server);
      int port = raw.port();
      for (var host : List.of("127.0.0.1:" + port, "localhost:" + port, "LOCALHOST:" + port)) {
        assertEquals(200, raw.status(get("/api/info", host, "")), host);
      }
      for (var host :
          List.of(
              "evil.example:" + port,
              "127.0.0.1",
              "127.0.0.1:1",
              "localhost.evil.example:" + port,
              "")) {
        assertEquals(403, raw.status(get("/api/info", host, "")), host);
        assertEquals(403, raw.status(get("/", host, "")), host);
      }
      var own = "127.0.0.1:" + port;
      assertEquals(200, raw.status(get("/api/info", own, "Origin: http://" + own + "\r\n")));
      for (var header :
          List.of(
              "Origin: null",
              "Origin: http://evil.example",
              "Origin: http://" + own + ".evil.example",
              "Origin: http://localhost:1",
              "Sec-Fetch-Site: cross-site",
              "Sec-Fetch-Site: same-site")) {
        assertEquals(403, raw.status(get("/api/info", own, header + "\r\n")), header);
      }
      assertEquals(400, raw.status(get("http://evil.example/api/info", own, "")));
    }
  }

  private static String get(String target, String host, String headers) {
    return "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n"
        .formatted(target, host, headers);
  }

  @Test
  void everyAnswerHasTheHeadersOfSafePages() throws IOException {
    try (var server = server();
        var client = new Client(server)) {
      for (var path : List.of("/", "/api/info", "/api/none", "/metrics", "/none")) {
        var headers = client.get(path).headers();
        assertEquals("nosniff", headers.firstValue("X-Content-Type-Options").orElseThrow());
        assertEquals("no-referrer", headers.firstValue("Referrer-Policy").orElseThrow());
        var policy = headers.firstValue("Content-Security-Policy").orElseThrow();
        assertTrue(policy.contains("default-src 'none'"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertTrue(!policy.contains("unsafe"), policy);
      }
    }
  }
}
