package toco.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.config.Config;

/// A run of CoSA as small as [TinyRun]'s, for tests.
public final class CosaRun {
  /// Every term has a weight from iteration 3 on.
  public static final String YAML =
      """
      recipe: cosa
      model: {backbone: custom, imageSizePx: 48, patchSizePx: 8, embedDim: 24, depth: 3,
        numHeads: 3, numClasses: 7, decoderChannels: 8, decoderDilation: 2, initStd: 0.06}
      data: {layout: synthetic, trainList: lists/train.txt, testList: lists/test.txt, workers: 1,
        synthetic: {variant: plain, trainImages: 8, valImages: 2, testImages: 1}}
      augment: {cropSizePx: 48}
      train: {maxIters: 6, warmupIters: 1, samplesPerProcess: 2, logEvery: 1, evalEvery: 0,
        checkpointEvery: 0, overlayEvery: 3}
      optim: {lr: 1e-3}
      cosa: {denseStartIter: 3, teacherMomentum: 0.9}
      cam: {scales: [1, 0.5, 1.5]}
      eval: {sizePx: 48, camScales: [1]}
      """;

  private CosaRun() {}

  /// Its configuration.
  public static Config config(Path run, Path data, String... more) {
    var overrides = new ArrayList<String>(List.of("run.dir=" + run, "data.root=" + data));
    overrides.addAll(List.of(more));
    return Config.parse(YAML, "cosa.yaml", overrides);
  }
}
