package toco.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.Checkpoint;
import toco.config.Overrides;
import toco.tensorboard.EventFile;
import toco.tensorboard.EventFile.Event;
import toco.train.CosaRun;
import toco.train.TinyRun;
import toco.train.Trainer;

class TensorBoardLogTest {
  @TempDir Path folder;

  private final String[] settings = {
    "train.maxIters=6", "train.logEvery=1", "train.checkpointEvery=2", "train.overlayEvery=3"
  };

  @Test
  void aRunLogsLossesWeightsRatesMemoryScoresAndPictures() throws IOException {
    TinyRun.train(
        TinyRun.config(folder.resolve("run"), folder.resolve("data"), settings),
        new TinyRun.Watcher());
    var events = EventFile.readFolder(folder.resolve("run/tensorboard"));
    var tags = new TreeSet<String>();
    events.forEach(event -> tags.addAll(event.scalars().keySet()));
    assertTrue(
        tags.containsAll(
            List.of(
                "loss/total",
                "loss/ptc",
                "weight/seg",
                "lr/backbone",
                "memory/residentMB",
                "data/waitShare",
                "eval/segMiou",
                "eval pixelAccuracy/seg",
                "eval perClass camAux/background")),
        tags.toString());
    // loss.segStartIter is 2: the third step is the first that carries the weight
    assertEquals(List.of(0.0, 0.0, 0.1f + 0.0), values(events, "weight/seg").subList(0, 3));
    for (var name : List.of("image", "CAM", "aux CAM", "RoI", "crops", "pseudo-labels")) {
      assertEquals(List.of(3L, 6L), imageSteps(events, "sample 2/" + name));
    }
  }

  /// A second network's scores have groups of their own; pictures show both views and both labels.
  @Test
  void aRunOfSeveralNetworksLogsThemApart() throws IOException {
    TinyRun.train(
        CosaRun.config(folder.resolve("run"), folder.resolve("data"), settings),
        new TinyRun.Watcher());
    var events = EventFile.readFolder(folder.resolve("run/tensorboard"));
    assertEquals(LongStream.rangeClosed(1, 6).boxed().toList(), steps(events, "loss/cam"));
    assertEquals(List.of(0.0, 0.05f + 0.0), values(events, "weight/cam").subList(2, 4));
    assertEquals(List.of(6L), steps(events, "eval/segMiou"));
    assertEquals(List.of(6L), steps(events, "eval trained/segMiou"));
    for (var name :
        List.of("image", "weak view", "CAM", "aux CAM", "pseudo-labels", "aux pseudo-labels")) {
      assertEquals(List.of(3L, 6L), imageSteps(events, "sample 2/" + name), name);
    }
  }

  /// Stopped after step 5 and set back to the checkpoint of step 4: the first session's events of
  /// step 5 are ignored, and no step is there twice.
  @Test
  void aResumedRunHasEveryStepOnce() throws IOException {
    var stopper = new TinyRun.Watcher();
    stopper.stopAt = 5;
    var run = folder.resolve("run");
    TinyRun.train(TinyRun.config(run, folder.resolve("data"), settings), stopper);
    Files.delete(Checkpoint.file(run, 5));
    for (int i = 0; i < 2; i++) { // the second time there is nothing left to do
      try (var trainer = Trainer.resume(run, Overrides.NONE, new TinyRun.Watcher())) {
        assertEquals(6, trainer.run().step());
      }
    }
    try (var files = Files.list(run.resolve("tensorboard"))) {
      assertEquals(3, files.count());
    }
    var events = EventFile.readFolder(run.resolve("tensorboard"));
    assertEquals(LongStream.rangeClosed(1, 6).boxed().toList(), steps(events, "loss/total"));
    assertEquals(List.of(6L), steps(events, "eval/segMiou"));
    assertEquals(List.of(3L, 6L), imageSteps(events, "sample 1/CAM"));
    var evaluations =
        Files.readAllLines(run.resolve("metrics.jsonl")).stream()
            .filter(line -> line.contains("segConfusion"))
            .count();
    assertEquals(1, evaluations);
    assertEquals(3, Files.readAllLines(run.resolve("sessions.jsonl")).size());
  }

  private static List<Long> steps(List<Event> events, String tag) {
    return events.stream().filter(e -> e.scalars().containsKey(tag)).map(Event::step).toList();
  }

  private static List<Double> values(List<Event> events, String tag) {
    return events.stream()
        .filter(e -> e.scalars().containsKey(tag))
        .map(e -> e.scalars().get(tag))
        .toList();
  }

  private static List<Long> imageSteps(List<Event> events, String tag) {
    return events.stream().filter(e -> e.images().containsKey(tag)).map(Event::step).toList();
  }
}
