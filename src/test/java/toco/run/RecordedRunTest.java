package toco.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import toco.eval.MapKind;
import toco.run.RunSession.Fact;

/// Runs recorded by earlier versions stay readable: `recorded` is of version 0.1.0, `older` has
/// only the keys that the first versions wrote.
class RecordedRunTest {
  private static Path folder(String name) {
    return Path.of("src/test/resources/run", name);
  }

  @Test
  void stepsAreReadWithAllTheirNumbers() {
    var step = RunHistory.read(folder("recorded")).steps().getFirst();
    assertEquals(20, step.step());
    assertEquals(
        List.of("cls", "clsAux", "ptc", "ctc", "seg", "reg", "total", "emptySegParts"),
        List.copyOf(step.losses().keySet()));
    assertEquals(2.2318811416625977, step.losses().get("total"));
    assertEquals(0.5, step.weights().get("ctc"));
    assertEquals(3.7204105801130153E-4, step.learningRates().get("backbone"));
    assertEquals(9.442602941231973, step.imagesPerSecond());
    assertEquals(0.007232743315894444, step.dataWaitShare());
    assertEquals(0, step.skippedSamples());
    assertEquals(345448448, step.residentBytes());
    assertEquals(475185152, step.peakResidentBytes());
    assertEquals(Double.NaN, step.peakDeviceBytes());
    assertEquals(295, step.liveTensors());
    assertEquals(1795864894270.0, step.unixMs());
  }

  @Test
  void evaluationsAreReadWithScoresAndConfusion() {
    var history = RunHistory.read(folder("recorded"));
    var evaluation = history.evaluationAt(30).orElseThrow();
    assertEquals(List.of(evaluation), history.evaluations());
    assertEquals(100, evaluation.images());
    assertEquals(
        Map.of(
            MapKind.SEG, 0.027082536061597513,
            MapKind.CAM, 0.2959911638794219,
            MapKind.CAM_AUX, 0.4486752253583246),
        evaluation.miou());
    assertEquals(Double.NaN, evaluation.miou(MapKind.CRF));
    assertEquals(0.03666666666666666, evaluation.classF1());
    assertEquals(0.8818173998594284, evaluation.patchCosine());
    assertEquals(0.11757595486111111, evaluation.pixelAccuracy());
    assertEquals(
        List.of("background", "disc", "square", "triangle", "star", "ring", "cross"),
        List.copyOf(evaluation.iou().keySet()));
    assertEquals(
        0.575492909028018,
        Objects.requireNonNull(evaluation.iou().get("cross")).get(MapKind.CAM_AUX));
    assertEquals(
        List.of(2677L, 124L, 10549L, 2617L, 23L, 0L, 24657L), evaluation.confusion().get(1));
    assertEquals(2.090509024, evaluation.seconds());
  }

  @Test
  void sessionsAreReadWithTheirFacts() {
    var session = RunHistory.read(folder("recorded")).sessions().getFirst();
    assertEquals("0", session.text(Fact.STEP));
    assertEquals("2026-11-28T11:21:17Z", session.text(Fact.STARTED_AT));
    assertEquals("25.3", session.text(Fact.MEMORY_GB));
    assertEquals("float32", session.text(Fact.PRECISION));
  }

  @Test
  void whatOlderRunsDidNotLogIsNanOrEmpty() {
    var history = RunHistory.read(folder("older"));
    assertEquals(0, history.damagedLines());
    assertEquals(30, history.lastStep());
    var step = history.steps().getLast();
    assertEquals(1.837043571472168, step.losses().get("total"));
    assertTrue(step.weights().isEmpty());
    assertEquals(325140480, step.residentBytes());
    assertEquals(Double.NaN, step.peakResidentBytes());
    assertEquals(Double.NaN, step.dataWaitShare());
    var evaluation = history.evaluations().getLast();
    assertEquals(0.2959911638794219, evaluation.miou(MapKind.CAM));
    assertTrue(evaluation.confusion().isEmpty());
    assertEquals(Double.NaN, evaluation.seconds());
    assertNull(history.sessions().getLast().text(Fact.PROCESSES));
  }

  /// Reading a line and writing it again gives the same bytes: keys, their order and the format of
  /// numbers are those of the program that recorded it.
  @ParameterizedTest
  @ValueSource(strings = {"recorded", "older"})
  void aLineThatIsReadIsWrittenByteForByte(String name, @TempDir Path rewritten)
      throws IOException {
    var history = RunHistory.read(folder(name));
    try (var log = MetricsLog.openAt(rewritten.resolve("metrics.jsonl"), 0)) {
      history.steps().forEach(log::write);
      history.evaluations().forEach(log::write);
    }
    history.sessions().forEach(it -> it.write(rewritten.resolve("sessions.jsonl")));
    for (var file : List.of("metrics.jsonl", "sessions.jsonl")) {
      assertEquals(
          Files.readString(folder(name).resolve(file)), Files.readString(rewritten.resolve(file)));
    }
  }

  /// The peak's key was named after CUDA once.
  @ParameterizedTest
  @ValueSource(strings = {"peakDeviceBytes", "peakCudaBytes"})
  void aStepOnAGpuKeepsItsPeak(String key, @TempDir Path run) throws IOException {
    var line = "{\"step\":1,\"losses\":{\"total\":1.0},\"%s\":7000000000}\n";
    var file = Files.writeString(run.resolve("metrics.jsonl"), line.formatted(key));
    var step = RunHistory.read(run).steps().getFirst();
    assertEquals(7e9, step.peakDeviceBytes());
    Files.delete(file);
    try (var log = MetricsLog.openAt(file, 0)) {
      log.write(step);
    }
    assertEquals(line.formatted("peakDeviceBytes"), Files.readString(file));
  }
}
