package toco.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.bench.CheckSection.Format;
import toco.bench.CheckSection.Status;

/// Sections end in time, whatever their programs do, and keep what they had measured.
class DeviceCheckTest {
  private static final DeviceCheck.Place PLACE =
      new DeviceCheck.Place(null, "cpu", "2.15.0", "a processor", 2);

  @TempDir Path folder;

  private static CheckSection shell(String name, double weight, Format format, String... scripts) {
    var commands = new ArrayList<List<String>>();
    for (var script : scripts) {
      commands.add(List.of("/bin/sh", "-c", script));
    }
    return new CheckSection(name, weight, commands, format);
  }

  private static CheckSection shell(String name, double weight, String... scripts) {
    return shell(name, weight, Format.JSON_LINES, scripts);
  }

  /// The section that hangs, with a child that outlives the shell's own end, is cut; the others
  /// have their results, and the time that the first did not use.
  @Test
  void aSectionThatHangsIsCutAndTheOthersRun() {
    long started = System.nanoTime();
    var alive = folder.resolve("alive");
    var result =
        DeviceCheck.run(
            PLACE,
            List.of(
                shell("quick", 100, "echo starting; echo '{\"ms\":1}'; echo '{\"ms\":2}'"),
                shell("hangs", 1, "echo '{\"ms\":3}'; (sleep 20; echo > " + alive + ") & sleep 60"),
                shell("last", 1, "echo '{\"ms\":4}'")),
            11,
            folder.resolve("out"),
            _ -> {});
    double seconds = (System.nanoTime() - started) * 1e-9;
    assertTrue(seconds < 11, "took " + seconds);
    assertEquals(List.of("hangs"), result.cut());
    assertEquals(List.of(), result.failed());
    var sections = result.sections();
    assertEquals("[{\"ms\":1}, {\"ms\":2}]", sections.getFirst().rows().toString());
    assertEquals("[{\"ms\":3}]", sections.get(1).rows().toString());
    assertEquals("[{\"ms\":4}]", sections.getLast().rows().toString());
    assertTrue(sections.get(1).note().startsWith("cut after "), sections.get(1).note());
    assertTrue(sections.get(1).limitSeconds() > 1, "half of what quick left");
    assertTrue(
        ProcessHandle.current().descendants().noneMatch(DeviceCheckTest::sleeps),
        "the section's processes are gone");
    assertFalse(Files.exists(alive));
  }

  private static boolean sleeps(ProcessHandle process) {
    return process.isAlive()
        && process.info().commandLine().orElse("").matches(".*sleep (20|60).*");
  }

  @Test
  void aFailureIsNamedAndTheOtherCommandsRun() throws Exception {
    var result =
        DeviceCheck.run(
            PLACE,
            List.of(
                shell(
                    "parity",
                    1,
                    "echo 'toco: error: no CUDA device' >&2; echo late >&2; exit 1",
                    "echo '{\"rows\":[{\"tensor\":\"a\",\"pass\":true},"
                        + "{\"tensor\":\"b\",\"pass\":false}]}'"),
                new CheckSection(
                    "absent", 1, List.of(List.of("/nowhere/java")), Format.JSON_LINES)),
            60,
            folder.resolve("out"),
            _ -> {});
    assertEquals(List.of("parity", "absent"), result.failed());
    var parity = result.sections().getFirst();
    assertEquals(Status.FAILED, parity.status());
    assertEquals("toco: error: no CUDA device", parity.note());
    assertEquals(
        "[{\"rows\":[{\"tensor\":\"b\",\"pass\":false}]}]",
        parity.rows().toString(),
        "what passed says nothing more");
    assertTrue(
        Files.readString(folder.resolve("out/parity.out")).contains("\"tensor\":\"a\""),
        "but is in the file");
    assertTrue(result.sections().getLast().note().startsWith("cannot be run: "));
  }

  @Test
  void testsAreReadFromTheirFeed() {
    var result =
        DeviceCheck.run(
            PLACE,
            List.of(
                shell(
                    "tests",
                    1,
                    Format.TEST_FEED,
                    "echo 'JUnit Jupiter > ATest > a() :: SUCCESSFUL'",
                    "echo 'JUnit Jupiter > BTest > b() :: FAILED'; exit 1")),
            60,
            folder.resolve("out"),
            _ -> {});
    assertEquals(List.of("tests"), result.failed());
    var feed = (TestFeed.Result) result.sections().getFirst().rows();
    assertEquals(List.of("ATest > a()"), feed.passed());
    assertEquals("[BTest > b()]", feed.failed().keySet().toString());
  }

  @Test
  void tooLittleTimeIsRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> DeviceCheck.run(PLACE, List.of(), 3, folder, _ -> {}));
    assertEquals("--seconds must be ≥ 10.0, got 3.0", error.getMessage());
  }
}
