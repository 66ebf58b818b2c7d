package toco.loss;

import java.util.Arrays;
import java.util.List;

/// The terms of ToCo's loss, in the paper's order (METHOD.md, training step 5).
public enum LossTerm {
  /// Image-level classification from the patch tokens.
  CLS("cls"),
  /// The same from the patch tokens of an intermediate block.
  CLS_AUX("clsAux"),
  /// Patch-token contrast.
  PTC("ptc"),
  /// Class-token contrast.
  CTC("ctc"),
  /// Segmentation cross-entropy on pseudo-labels.
  SEG("seg"),
  /// Dense energy regularisation.
  REG("reg");

  private final String key;

  LossTerm(String key) {
    this.key = key;
  }

  /// Its name in `metrics.jsonl`, TensorBoard and messages.
  public String key() {
    return key;
  }

  /// The names of all terms, in order.
  public static List<String> keys() {
    return Arrays.stream(values()).map(LossTerm::key).toList();
  }
}
