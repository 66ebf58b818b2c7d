package toco.demo;

import java.util.function.ToDoubleFunction;

/// A score that a [Comparison] compares; a row of its table.
enum ComparedScore {
  CAM_MIOU("camMiou", "CAM mIoU", DemoMetrics::camMiou),
  CAM_AUX_MIOU("camAuxMiou", "aux CAM mIoU", DemoMetrics::camAuxMiou),
  SEG_MIOU("segMiou", "seg mIoU", DemoMetrics::segMiou),
  CLASS_F1("classF1", "class F1", DemoMetrics::classF1),
  PATCH_COSINE("patchCosine", "patch cosine", DemoMetrics::patchCosine);

  private final String key;
  private final String title;

  @SuppressWarnings("ImmutableEnumChecker") // a method of a record
  private final ToDoubleFunction<DemoMetrics> of;

  ComparedScore(String key, String title, ToDoubleFunction<DemoMetrics> of) {
    this.key = key;
    this.title = title;
    this.of = of;
  }

  /// In JSON.
  String key() {
    return key;
  }

  String title() {
    return title;
  }

  double of(ComparedRun run) {
    return of.applyAsDouble(run.metrics());
  }
}
