package toco.reproduce;

import java.util.List;
import toco.config.Overrides;

/// The configuration of a dry run: a demo of the recipe, but shorter. A minute or two on two cores,
/// where COCO's protocol of 448 px takes seconds per image.
enum DryRun {
  TOCO("demo.yaml", "loss.segStartIter=100", "loss.regStartIter=100"),
  MORE(
      "demo_more.yaml",
      "more.segStartIter=100",
      "more.regStartIter=100",
      "more.mainCamStartIter=150"),
  COSA("demo_cosa.yaml", "cosa.denseStartIter=100");

  private static final Overrides SHARED =
      Overrides.parse(
          List.of(
              "data.root=runs/synthetic-dry-run",
              "data.synthetic.trainImages=200",
              "data.synthetic.valImages=12",
              "data.synthetic.testImages=12",
              "train.maxIters=200",
              "train.evalEvery=100",
              "train.checkpointEvery=100",
              "train.overlayEvery=100"));

  final String file;

  @SuppressWarnings("ImmutableEnumChecker") // List.of
  private final List<String> own;

  DryRun(String file, String... own) {
    this.file = file;
    this.own = List.of(own);
  }

  Overrides keys() {
    return SHARED.plus(Overrides.parse(own));
  }
}
