package toco.tensorboard;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.image.ImageWriter;
import toco.image.Picture;

class EventLogTest {
  @TempDir Path folder;

  /// RFC 3720, B.4: the reader that checks all the others must itself be right.
  @Test
  void theReadersChecksumIsThatOfTheStandard() {
    assertEquals(0x8A9136AA, EventFile.crc(new byte[32]));
    var rising = new byte[32];
    for (int i = 0; i < 32; i++) {
      rising[i] = (byte) i;
    }
    assertEquals(0x46DD794E, EventFile.crc(rising));
    assertEquals(0xE3069283, EventFile.crc("123456789".getBytes(StandardCharsets.US_ASCII)));
  }

  @Test
  void whatIsLoggedReadsBack() throws IOException {
    double before = System.currentTimeMillis() / 1e3;
    var png = ImageWriter.png(Picture.filled(5, 3, 0x00FF00));
    Path file;
    try (var log = EventLog.open(folder.resolve("new"), 1)) {
      log.scalars(20, Map.of("loss/total", 1.5, "iou/größer", Double.NaN));
      log.image(1L << 40, "sample 1/CAM", png, 5, 3);
      file = log.file();
    }
    double after = System.currentTimeMillis() / 1e3;
    assertTrue(file.getFileName().toString().startsWith("events.out.tfevents."));
    var events = EventFile.read(file);
    assertEquals(4, events.size());
    assertEquals("brain.Event:2", events.get(0).fileVersion());
    assertTrue(events.get(1).sessionStart());
    assertEquals(1, events.get(1).step());
    assertEquals(20, events.get(2).step());
    assertEquals(Map.of("loss/total", 1.5, "iou/größer", Double.NaN), events.get(2).scalars());
    assertEquals(1L << 40, events.get(3).step());
    var image = events.get(3).images().get("sample 1/CAM");
    assertEquals(
        List.of(3L, 5L, 3L), List.of(image.heightPx(), image.widthPx(), image.colorspace()));
    assertArrayEquals(png, image.png());
    for (var event : events) {
      assertTrue(event.wallTime() >= before && event.wallTime() <= after);
    }
  }

  /// As a killed process leaves it: nothing is held back, so only a record being written is lost.
  @Test
  void everyRecordIsInTheFileAtOnceAndOneCutShortSpoilsNoOther() throws IOException {
    try (var log = EventLog.open(folder, 1)) {
      for (int step = 1; step <= 5; step++) {
        log.scalars(step, Map.of("loss/total", 1.0 / step));
        assertEquals(2 + step, EventFile.read(log.file()).size());
      }
      var bytes = Files.readAllBytes(log.file());
      var cut = folder.resolve("cut");
      for (int missing = 1; missing < 20; missing++) {
        Files.write(cut, Arrays.copyOf(bytes, bytes.length - missing));
        assertEquals(6, EventFile.read(cut).size());
      }
    }
  }

  /// TensorBoard reads files in order of their names, even of two starts within a second.
  @Test
  void laterFilesHaveLaterNamesAndVoidTheStepsFromTheirFirst() throws IOException {
    for (long first : new long[] {1, 3, 4}) {
      try (var log = EventLog.open(folder, first)) {
        for (long step = first; step < first + 4; step++) {
          log.scalars(step, Map.of("start", (double) first));
        }
      }
    }
    try (var files = Files.list(folder)) {
      assertEquals(3, files.count());
    }
    var starts =
        EventFile.readFolder(folder).stream()
            .filter(event -> event.scalars().containsKey("start"))
            .map(event -> event.step() + ": " + event.scalars().get("start"))
            .toList();
    assertEquals(
        List.of("1: 1.0", "2: 1.0", "3: 3.0", "4: 4.0", "5: 4.0", "6: 4.0", "7: 4.0"), starts);
  }

  /// Where Python has tensorboard (`TOCO_TENSORBOARD_PYTHON`, else `python3`), it reads the same.
  @Test
  void tensorBoardItselfReadsThem() throws IOException, InterruptedException {
    var python = System.getenv().getOrDefault("TOCO_TENSORBOARD_PYTHON", "python3");
    assumeTrue(
        output(python, "-c", "import tensorboard").status == 0, "no tensorboard in " + python);
    var png = ImageWriter.png(Picture.filled(5, 3, 0x00FF00));
    for (long first : new long[] {1, 3}) {
      try (var log = EventLog.open(folder, first)) {
        for (long step = first; step < first + 3; step++) {
          log.scalars(step, Map.of("loss/total", first + step / 8.0));
        }
        log.image(first + 2, "sample 1/CAM", png, 5, 3);
      }
    }
    var script =
        """
        import sys
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
        events = EventAccumulator(sys.argv[1]).Reload()
        print([(e.step, e.value) for e in events.Scalars("loss/total")])
        images = events.Images("sample 1/CAM")
        print([(e.step, e.width, e.height, e.encoded_image_string[1:4]) for e in images])
        """;
    var read = output(python, "-c", script, folder.toString());
    assertEquals(
        """
        [(1, 1.125), (2, 1.25), (3, 3.375), (4, 3.5), (5, 3.625)]
        [(5, 5, 3, b'PNG')]
        """,
        read.text);
  }

  private record Output(int status, String text) {}

  private static Output output(String... command) throws IOException, InterruptedException {
    try {
      var process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
        var text = reader.readAllAsString();
        return new Output(process.waitFor(), text);
      }
    } catch (IOException e) {
      return new Output(-1, e.toString()); // no such program
    }
  }
}
