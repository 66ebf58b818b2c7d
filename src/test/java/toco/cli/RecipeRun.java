package toco.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A short run that the command line trained, for tests of the commands around it.
///
/// @param dir the run's folder
/// @param config its configuration
/// @param checkpoint the last one
record RecipeRun(Path dir, Path config, Path checkpoint) {
  /// Trains it in `folder/run`, with data in `folder/data`.
  ///
  /// @param keys further overrides, such as `eval.labelsKnown=true`
  static RecipeRun train(Path folder, String yaml, int steps, String... keys) throws IOException {
    var start = Files.writeString(folder.resolve("start.yaml"), yaml);
    var dir = folder.resolve("run");
    var line = new ArrayList<Object>(List.of("train", start));
    var settings =
        new ArrayList<String>(
            List.of(
                "run.dir=" + dir,
                "data.root=" + folder.resolve("data"),
                "train.maxIters=" + steps));
    settings.addAll(List.of(keys));
    settings.forEach(setting -> line.addAll(List.of("--set", setting)));
    var trained = Cli.run(line.toArray());
    assertEquals(0, trained.status(), trained.err());
    var last = dir.resolve("checkpoints/step-%06d.safetensors".formatted(steps));
    return new RecipeRun(dir, dir.resolve("config.yaml"), last);
  }

  /// A command with the configuration and the checkpoint.
  Cli.Result toco(String command, Object... more) {
    var line = new ArrayList<Object>(List.of(command.split(" ")));
    line.addAll(List.of(config, "--checkpoint", checkpoint));
    line.addAll(List.of(more));
    return Cli.run(line.toArray());
  }
}
