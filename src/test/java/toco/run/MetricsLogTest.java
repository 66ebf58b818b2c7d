package toco.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
  @TempDir Path folder;

  @Test
  void laterAndDamagedLinesAreTakenOutAndTheOthersKept() throws IOException {
    var file = folder.resolve("metrics.jsonl");
    var bytes = new ByteArrayOutputStream();
    bytes.writeBytes(utf8("{\"step\":1,\"note\":\"für\"}\n"));
    bytes.writeBytes(new byte[] {'{', '"', (byte) 0xC3, '\n'}); // the first byte of an ü
    bytes.writeBytes(utf8("{\"step\":2,\"note\":\""));
    bytes.writeBytes(new byte[] {(byte) 0xFF, '"', '}', '\n', 0, 0, '\n'});
    bytes.writeBytes(utf8("{\"step\":3}\n{\"step\":4}\n{\"step\":3,\"los"));
    Files.write(file, bytes.toByteArray());
    try (var log = MetricsLog.openAt(file, 3)) {
      log.write(new RunSession(Map.of(RunSession.Fact.STEP, 4)));
    }
    assertEquals(
        List.of("{\"step\":1,\"note\":\"für\"}", "{\"step\":3}", "{\"step\":4}"),
        Files.readAllLines(file));
    try (var files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  @Test
  void aNewLogIsEmpty() throws IOException {
    var file = folder.resolve("metrics.jsonl");
    MetricsLog.openAt(file, 0).close();
    assertEquals(0, Files.size(file));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
