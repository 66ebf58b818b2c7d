package toco.demo;

import java.nio.file.Path;
import java.util.regex.Pattern;
import toco.config.Config;
import toco.config.Overrides;

/// One side of a [Comparison]: what its runs have in common.
///
/// @param key in JSON
/// @param name in tables, pictures and sentences
/// @param folder of a run is this and the seed
/// @param config of the runs; their seeds and folders are the comparison's
record Arm(String key, String name, String folder, Config config) {
  /// The folder of a run.
  Path runDir(Path dir, long seed) {
    return dir.resolve(folder + "-seed" + seed);
  }

  /// The configuration of a run.
  Config config(Path dir, long seed) {
    return config.with(Overrides.of("run.seed", seed).plus("run.dir", runDir(dir, seed)));
  }

  /// Matches the names of the folders of its runs; the group is the seed.
  Pattern runNames() {
    return Pattern.compile(Pattern.quote(folder) + "-seed(-?\\d+)");
  }
}
