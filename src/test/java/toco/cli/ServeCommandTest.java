package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.torch.LibTorch;

class ServeCommandTest {
  @TempDir Path folder;

  @Test
  void whatIsMissingOrUnsafeIsNamed() {
    refused("Missing required option: '--checkpoint=FILE'", "configs/demo.yaml");
    refused("Missing required option: '--checkpoint=FILE'");
    refused("there is no run or file nowhere", "nowhere");
    refused("is not a run: it has no config.yaml", folder);
    refused("--runs: there is no folder", "--runs", folder.resolve("none"));
    refused("add --token TOKEN", "--runs", folder, "--host", "0.0.0.0");
    refused("--token must be", "--runs", folder, "--token", "short");
    refused("--port must be", "--runs", folder, "--port", "70000");
    refused("at least 1", "--runs", folder, "--queue", "0");
    refused("--annotations needs a network", "--runs", folder, "--annotations", folder);
  }

  private static void refused(String message, Object... arguments) {
    var all = new ArrayList<Object>(List.of("serve"));
    all.addAll(Arrays.asList(arguments));
    var result = Cli.run(all.toArray());
    assertEquals(2, result.status(), result.err());
    assertTrue(result.err().contains(message), result.err());
    assertEquals("", result.out());
  }

  /// As a process of its own: the address is on standard output, and SIGTERM ends it in time.
  @Test
  void itServesUntilItIsStopped() throws Exception {
    Files.createDirectories(folder.resolve("runs"));
    var process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dtoco.library=" + LibTorch.library(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "serve",
                "--runs",
                folder.resolve("runs").toString())
            .redirectError(folder.resolve("err.txt").toFile())
            .start();
    try (BufferedReader out = process.inputReader()) {
      var line = String.valueOf(out.readLine());
      assertTrue(line.matches("serving http://127\\.0\\.0\\.1:\\d+/"), line);
      var address = line.substring("serving ".length());
      assertEquals(200, status(address));
      assertEquals(200, status(address + "api/runs"));
      process.destroy();
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), "still running");
      assertTrue(Files.readString(folder.resolve("err.txt")).contains("stopping"));
    } finally {
      process.destroyForcibly();
    }
  }

  private static int status(String address) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
              HttpRequest.newBuilder(URI.create(address)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
