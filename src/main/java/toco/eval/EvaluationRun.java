package toco.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import toco.distributed.World;
import toco.eval.EvaluationBatch.Reading;
import toco.files.AtomicFile;
import toco.files.IoReason;
import toco.model.Network;

/// An evaluation, or one shard of it, that writes its results to a file batch by batch. It may be
/// killed and resumed, and its shards merged, and gives the same scores bit for bit. An image that
/// cannot be read or has no mask that fits is skipped and listed.
///
/// @param folder of the result files
/// @param shard the part to evaluate
/// @param resume keep the batches that an interrupted evaluation left in the folder
public record EvaluationRun(Path folder, Shard shard, boolean resume) {

  /// Called on the evaluating thread.
  ///
  /// @param progress receives the number of images done
  /// @param messages receives lines for the user
  public record Listener(EvaluationListener progress, Consumer<String> messages) {}

  /// What a run produced.
  ///
  /// @param file of the shard's results, for [EvalReport]
  /// @param skipped number of images that could not be scored
  public record Result(Path file, int skipped) {}

  /// Evaluates the network that a checkpoint's recipe evaluates.
  public Result run(Evaluator evaluator, Network model, Path checkpoint, Listener listener) {
    return run(evaluator, model, checkpoint, null, listener);
  }

  /// Evaluates the batches that are not done yet.
  ///
  /// @param checkpoint the file of the model's weights
  /// @param network which one of a checkpoint's it is, if it was chosen by its name; else null
  /// @throws EvaluationException if the results cannot be written, or resumed
  /// @throws toco.data.DataException if no mask shows a class, and pixels of 255 are ignored
  public Result run(
      Evaluator evaluator,
      Network model,
      Path checkpoint,
      @Nullable String network,
      Listener listener) {
    evaluator.dataset().requireClassInMasks();
    var file = folder.resolve(shard.fileName());
    var mine = shard.batches(evaluator.batches());
    try (var part =
        PartFile.open(file, EvaluationFacts.of(evaluator, checkpoint, network), resume)) {
      int total = Arrays.stream(mine).map(evaluator::sizeOfBatch).sum();
      if (resume) {
        listener.messages.accept(
            part.imagesDone() == 0
                ? "nothing to resume in %s, starting from the first image".formatted(file)
                : "resuming after %s of %s images".formatted(part.imagesDone(), total));
      }
      var progress = new Progress(part.imagesDone(), total, part, listener);
      evaluator.run(
          model,
          Arrays.stream(mine).filter(batch -> !part.isDone(batch)).toArray(),
          Reading.SKIPPING,
          () -> false,
          progress::add);
      return new Result(file, part.skipped());
    }
  }

  /// Collects the result files of all processes in rank 0's folder.
  ///
  /// @param file of this process's results
  /// @return on rank 0 the files of all processes, elsewhere nothing
  /// @throws EvaluationException if they cannot be read or written
  public static List<Path> gather(Path file, World world) {
    if (world.size() == 1) {
      return List.of(file);
    }
    try {
      var texts = world.allGather(Files.readString(file), "bringing results together");
      var files = new ArrayList<Path>();
      for (int rank = 0; world.isRank0() && rank < texts.size(); rank++) {
        var part = file.resolveSibling(new Shard(rank + 1, texts.size()).fileName());
        if (!Files.exists(part) || !Files.readString(part).equals(texts.get(rank))) {
          AtomicFile.write(
              part, texts.get(rank).getBytes(StandardCharsets.UTF_8)); // written on another host
        }
        files.add(part);
      }
      return files;
    } catch (IOException e) {
      throw new EvaluationException(
          file, "the results of the processes cannot be collected: " + IoReason.of(e), e);
    }
  }

  /// Writes each result to the file and reports it.
  private static final class Progress {
    private final int total;
    private final PartFile part;
    private final Listener listener;
    private int done;

    Progress(int done, int total, PartFile part, Listener listener) {
      this.done = done;
      this.total = total;
      this.part = part;
      this.listener = listener;
    }

    void add(BatchResult result) {
      part.add(result);
      result
          .skipped()
          .forEach(skipped ->
              listener.messages.accept(
                  "skipped %s: %s".formatted(skipped.name(), skipped.reason())));
      done += result.size();
      listener.progress.onProgress(done, total);
    }
  }
}
