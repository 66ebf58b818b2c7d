package toco.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Redirects, access tokens, proxies and certificates.
class WebServerTest {
  private static final byte[] CONTENT = "the file".getBytes(StandardCharsets.UTF_8);
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private FileServer server;

  @BeforeEach
  void startServer() throws IOException {
    server = new FileServer().with("/net.bin", CONTENT);
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private byte[] get(String url, Map<String, String> environment, Map<String, String> tokens)
      throws IOException, InterruptedException {
    try (var web = new WebServer(environment, tokens, LIMIT, LIMIT);
        var reply = web.open(URI.create(url), 0, "")) {
      return reply.body().readAllBytes();
    }
  }

  private String refusal(String url, Map<String, String> environment) {
    return assertThrows(Unavailable.class, () -> get(url, environment, Map.of())).reason();
  }

  private static String basic(String user) {
    return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void redirectsAreFollowed() throws Exception {
    server.failing(
        FileServer.status(302, "Location", "/moved"),
        FileServer.status(307, "Location", server.url("/net.bin")));
    assertArrayEquals(CONTENT, get(server.url("/old"), Map.of(), Map.of()));
    assertEquals(List.of("/old", "/moved", "/net.bin"), server.header(":path"));
  }

  @Test
  void redirectsWithoutEndOrToNoUrlAreRefused() {
    var round = FileServer.status(301, "Location", "/again");
    server.failing(java.util.Collections.nCopies(20, round).toArray(FileServer.Fault[]::new));
    assertEquals("it redirects more than 10 times", refusal(server.url("/x"), Map.of()));
    server.close();
  }

  @Test
  void redirectsToOtherSchemesAreRefused() {
    server.failing(FileServer.status(301, "Location", "file:///etc/passwd"));
    var message = refusal(server.url("/x"), Map.of());
    assertEquals("it redirects to file:///etc/passwd, which is not https", message);
  }

  /// A token belongs to one host; a redirect to another does not get it.
  @Test
  void aTokenGoesToItsHostAlone() throws Exception {
    try (var other = new FileServer().with("/net.bin", CONTENT)) {
      server.failing(
          FileServer.status(
              302, "Location", other.url("/net.bin").replace("localhost", "127.0.0.1")));
      var tokens = Map.of(server.url(""), "secret");
      assertArrayEquals(CONTENT, get(server.url("/net.bin"), Map.of(), tokens));
      assertEquals(List.of("Bearer secret"), server.header("Authorization"));
      assertEquals(Arrays.asList((String) null), other.header("Authorization"));
    }
  }

  /// As Hugging Face states it, with the redirect to where the file is.
  @Test
  void theHashThatTheServerStatesVerifies(@TempDir Path folder) throws Exception {
    var right =
        new Checksum(Checksum.Kind.SHA256, "0".repeat(64))
            .compute(Files.write(folder.resolve("x"), CONTENT));
    for (var hex : List.of(right, "1".repeat(64))) {
      server.failing(
          FileServer.status(302, "Location", "/net.bin", "X-Linked-Etag", "\"" + hex + "\""));
      try (var web = new WebServer(Map.of(), Map.of(), LIMIT, LIMIT);
          var reply = web.open(URI.create(server.url("/r")), 0, "")) {
        assertEquals(Checksum.sha256(hex), reply.stated());
      }
    }
    server.failing(
        FileServer.status(
            302, "Location", "/net.bin", "X-Linked-Etag", "\"" + "1".repeat(64) + "\""));
    var download = new Download(Map.of(), Map.of(), Download.Timing.USUAL);
    var progress =
        new DownloadProgress() {
          @Override
          public void onBytes(String name, long done, long total) {}

          @Override
          public void onMessage(String line) {}
        };
    var failure =
        assertThrows(
            DownloadException.class,
            () -> download.fetch(Source.of(server.url("/r")), folder.resolve("r"), progress));
    assertTrue(
        String.valueOf(failure.getMessage()).contains("expected 1111"), failure.getMessage());
  }

  @Test
  void refusedAccessSaysWhatToDo() {
    server.failing(FileServer.status(403), FileServer.status(401));
    assertEquals(
        "access is refused (HTTP 403); a personal link expires: ask for a new one",
        refusal(server.url("/net.bin?Signature=x"), Map.of()));
    assertEquals("access is refused (HTTP 401)", refusal(server.url("/net.bin"), Map.of()));
  }

  /// A message is shown to others, a signature is not for them.
  @Test
  void locationsAreShownWithoutSecrets() {
    assertEquals(
        "https://host:8080/a/net.bin?…",
        Location.parse("https://me:word@host:8080/a/net.bin?Signature=x", "net.bin").toString());
  }

  @Test
  void theEnvironmentsProxyIsAsked() throws Exception {
    var proxy = server.url("").replace("http://", "http://me:word@");
    var url = "http://files.invalid/net.bin";
    assertArrayEquals(CONTENT, get(url, Map.of("http_proxy", proxy), Map.of()));
    assertArrayEquals(CONTENT, get(url, Map.of("ALL_PROXY", server.url("")), Map.of()));
    assertArrayEquals(
        CONTENT, get(url, Map.of("all_proxy", "localhost:" + server.port()), Map.of()));
    assertEquals(Arrays.asList(basic("me:word"), null, null), server.header("Proxy-Authorization"));
    assertTrue(
        refusal(url, Map.of("HTTP_PROXY", proxy)).contains("is not known"),
        "curl does not read HTTP_PROXY: web servers set it");
  }

  @Test
  void noProxyNamesTheHostsThatAreAskedThemselves() throws Exception {
    var dead = "http://localhost:1";
    for (var exempt :
        List.of("localhost", "example.org, LOCALHOST", "*", "localhost:" + server.port())) {
      var environment = Map.of("http_proxy", dead, "no_proxy", exempt);
      assertArrayEquals(CONTENT, get(server.url("/net.bin"), environment, Map.of()), exempt);
    }
    for (var other : List.of("", "example.org", "ost", "localhost:1")) {
      var environment = Map.of("http_proxy", dead, "no_proxy", other);
      assertTrue(refusal(server.url("/net.bin"), environment).startsWith("no connection to"));
    }
    var proxied = Map.of("http_proxy", server.url(""), "NO_PROXY", ".invalid");
    assertTrue(refusal("http://files.invalid/net.bin", proxied).contains("is not known"));
  }

  @Test
  void aProxyThatCannotBeUsedIsNamedWithoutItsPassword() {
    assertEquals(
        "the proxy socks5://host:1080 cannot be used; expected http://HOST:PORT in http_proxy",
        refusal(server.url("/net.bin"), Map.of("all_proxy", "socks5://me:word@host:1080")));
  }

  @Test
  void theJvmsProxyComesFirst() throws Exception {
    System.setProperty("http.proxyHost", "localhost");
    System.setProperty("http.proxyPort", String.valueOf(server.port()));
    try {
      var environment = Map.of("http_proxy", "http://localhost:1");
      assertArrayEquals(CONTENT, get("http://files.invalid/net.bin", environment, Map.of()));
    } finally {
      System.clearProperty("http.proxyHost");
      System.clearProperty("http.proxyPort");
    }
  }

  /// For https the proxy sees nothing but the host's name, and its own password.
  @Test
  void aTunnelGetsTheProxysPassword() throws Exception {
    try (var proxy = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var request =
          CompletableFuture.supplyAsync(() -> {
            try (var connection = proxy.accept()) {
              var text = new StringBuilder();
              while (!text.toString().endsWith("\r\n\r\n")) {
                text.append((char) connection.getInputStream().read());
              }
              var answer =
                  "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
              connection.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
              return text.toString();
            } catch (IOException e) {
              return e.toString();
            }
          });
      var environment = Map.of("HTTPS_PROXY", "http://me:word@localhost:" + proxy.getLocalPort());
      var message = refusal("https://files.invalid/net.bin", environment);
      assertEquals(
          "the proxy asks for a user (HTTP 407): https_proxy=http://USER:PASSWORD@HOST:PORT",
          message);
      var lines = request.get().lines().toList();
      assertEquals("CONNECT files.invalid:443 HTTP/1.1", lines.getFirst());
      assertTrue(lines.contains("Proxy-Authorization: " + basic("me:word")), lines.toString());
    }
  }

  @Test
  void aCertificateThatTheJvmDoesNotKnowIsExplained(@TempDir Path folder) throws Exception {
    var store = folder.resolve("keys.p12");
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var made =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .inheritIO()
            .start()
            .waitFor();
    assertEquals(0, made);
    var keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray());
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "changeit".toCharArray());
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    var https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(context));
    https.start();
    try {
      var message =
          refusal("https://localhost:%s/net.bin".formatted(https.getAddress().getPort()), Map.of());
      assertTrue(message.startsWith("no secure connection to localhost ("), message);
      assertTrue(message.contains("TOCO_JAVA_OPTS=-Djavax.net.ssl.trustStore=FILE"), message);
    } finally {
      https.stop(0);
    }
  }
}
