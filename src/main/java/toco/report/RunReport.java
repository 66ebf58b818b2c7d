package toco.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.CheckpointException;
import toco.config.Config;
import toco.config.Overrides;
import toco.data.DataException;
import toco.eval.EvaluationListener;
import toco.files.AtomicFile;
import toco.run.RunHistory;

/// Writes the report of a run, finished or still running, as one self-contained HTML file: curves
/// of losses, schedules and scores, scores by class, images with the network's results, settings
/// and machine.
public final class RunReport {
  private RunReport() {}

  /// The user's options.
  ///
  /// @param run the run's folder
  /// @param out the file to write; null: `report.html` in that folder
  /// @param checkpoint the weights of the gallery: `last`, `best` or a file
  /// @param images number of images in the gallery; 0: none, and no network is loaded
  /// @param overrides changes to the run's configuration
  public record Options(
      Path run, @Nullable Path out, String checkpoint, int images, Overrides overrides) {
    public Options {
      if (images < 0) {
        throw new IllegalArgumentException("images must be ≥ 0, got " + images);
      }
    }
  }

  /// What was written.
  ///
  /// @param page the file
  /// @param images number of images on it
  /// @param notes what is missing on the page and why, one sentence each
  public record Result(Path page, int images, List<String> notes) {
    public Result {
      notes = List.copyOf(notes);
    }
  }

  /// Writes the report.
  ///
  /// @param listener receives the number of images done
  /// @throws IllegalArgumentException if the folder is not a run, or the run has no metrics yet
  /// @throws CheckpointException if the weights that the options name cannot be used
  /// @throws UncheckedIOException if the file cannot be written
  public static Result write(Options options, EvaluationListener listener) {
    var run = options.run();
    var file = run.resolve("config.yaml");
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "%s is not a run: it has no config.yaml; give the run.dir of a training".formatted(run));
    }
    var config = Config.load(file, options.overrides());
    var history = RunHistory.read(run);
    if (history.steps().isEmpty() && history.evaluations().isEmpty()) {
      throw new IllegalArgumentException(
          "%s has no metrics yet; a training logs its first line at step %s (train.logEvery)"
              .formatted(run, config.train().logEvery()));
    }
    var notes = new ArrayList<String>();
    if (history.damagedLines() > 0) {
      notes.add(
          "Skipped %s damaged lines of metrics.jsonl and sessions.jsonl."
              .formatted(history.damagedLines()));
    }
    if (history.evaluations().isEmpty()) {
      notes.add("No scores: the run has not been evaluated.");
    }
    var gallery = gallery(options, config, history, notes, listener);
    var html = new ReportPage(run, config, history, gallery, notes).html();
    var out = options.out() == null ? run.resolve("report.html") : options.out();
    try {
      AtomicFile.write(out, html.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Result(out, gallery.map(it -> it.images().size()).orElse(0), notes);
  }

  /// The gallery; empty if none is wanted, or if images or the run's last checkpoint cannot be
  /// read.
  private static Optional<Gallery> gallery(
      Options options,
      Config config,
      RunHistory history,
      List<String> notes,
      EvaluationListener listener) {
    if (options.images() == 0) {
      return Optional.empty();
    }
    boolean isDefault = options.checkpoint().equals(ReportedCheckpoint.LAST);
    try {
      var found = ReportedCheckpoint.find(options.run(), options.checkpoint(), history);
      if (found.isEmpty()) {
        notes.add("No images: the run has no checkpoint.");
      }
      return found.map(it ->
          Gallery.of(
              config,
              it.file(),
              it.step(),
              options.images(),
              problem -> notes.add("An image is not shown: %s.".formatted(problem)),
              listener));
    } catch (DataException e) {
      notes.add("No images: %s.".formatted(e.getMessage()));
    } catch (CheckpointException e) {
      if (!isDefault) {
        throw e;
      }
      notes.add("No images: %s.".formatted(e.getMessage()));
    }
    return Optional.empty();
  }
}
