package toco.eval;

import toco.torch.Tensor;

/// Counts that grow over an evaluation.
final class Tally {
  final ConfusionMatrix seg;
  final ConfusionMatrix cam;
  final ConfusionMatrix camAux;
  private double f1Sum;
  private double cosineSum;
  private int images;

  Tally(int classes) {
    seg = new ConfusionMatrix(classes);
    cam = new ConfusionMatrix(classes);
    camAux = new ConfusionMatrix(classes);
  }

  /// Adds a batch's image-level results.
  ///
  /// @param labels [B, K] multi-hot
  void addImages(Tensor labels, Predictions predictions) {
    int classes = (int) labels.size(1);
    var truth = labels.toFloatArray();
    var logits = predictions.classLogits().toFloatArray();
    for (int start = 0; start < truth.length; start += classes) {
      f1Sum += f1(truth, logits, start, start + classes);
    }
    for (double cosine : predictions.patchCosine().toDoubleArray()) {
      cosineSum += cosine;
      images++;
    }
  }

  Scores scores() {
    return new Scores(seg, cam, camAux, f1Sum / images, cosineSum / images, images);
  }

  /// F1 of the classes with a positive logit; 0 where neither truth nor prediction has a class.
  private static double f1(float[] truth, float[] logits, int start, int end) {
    int hits = 0;
    int ofTruth = 0;
    int ofPrediction = 0;
    for (int k = start; k < end; k++) {
      boolean present = truth[k] > 0;
      boolean predicted = logits[k] > 0;
      hits += present && predicted ? 1 : 0;
      ofTruth += present ? 1 : 0;
      ofPrediction += predicted ? 1 : 0;
    }
    int both = ofTruth + ofPrediction; // 2·TP + FP + FN
    return both == 0 ? 0 : 2.0 * hits / both;
  }
}
