package toco.serve;

import java.util.ArrayList;
import java.util.List;
import toco.cam.EncodedImages;
import toco.cam.NetworkInput;
import toco.cam.PatchCosine;
import toco.torch.Tensor;

/// The patch tokens of one image after each block and after the last norm, scaled to length 1, on
/// the Java heap: the cosines of a clicked patch need no network.
///
/// @param unit \[blocks + 1] of \[N·D], row-major
/// @param patchCosine mean cosine of all pairs after each block
/// @param patchCosineNormed the same after the last norm
@SuppressWarnings("ArrayRecordComponent") // never compared
record TokenFeatures(
    int gridH, int gridW, List<float[]> unit, List<Double> patchCosine, double patchCosineNormed) {
  private static final double EPS = 1e-8; // as PatchCosine

  /// Runs the encoder once more.
  ///
  /// @param encoded one image
  static TokenFeatures of(EncodedImages encoded) {
    var input = NetworkInput.fitted(encoded.model(), encoded.images());
    var blocks = encoded.model().patchTokensOfBlocks(input);
    var unit = new ArrayList<float[]>();
    var means = new ArrayList<Double>();
    for (var tokens : blocks) {
      unit.add(unit(tokens));
      means.add(PatchCosine.mean(tokens).item());
    }
    var normed = encoded.tokens().patchTokens();
    unit.add(unit(normed));
    return new TokenFeatures(
        (int) encoded.tokens().gridH(),
        (int) encoded.tokens().gridW(),
        unit,
        means,
        PatchCosine.mean(normed).item());
  }

  private static float[] unit(Tensor tokens) {
    return tokens.normalize(-1, EPS).toFloatArray();
  }

  int blocks() {
    return unit.size() - 1;
  }

  long bytes() {
    return (long) unit.size() * unit.getFirst().length * Float.BYTES;
  }

  /// The cosines of one patch token and all, [blocks + 1, gridH, gridW].
  float[] cosines(int row, int column) {
    int patches = gridH * gridW;
    int patch = row * gridW + column;
    var cosines = new float[unit.size() * patches];
    for (int block = 0; block < unit.size(); block++) {
      var tokens = unit.get(block);
      int width = tokens.length / patches;
      for (int i = 0; i < patches; i++) {
        float sum = 0;
        for (int d = 0; d < width; d++) {
          sum += tokens[patch * width + d] * tokens[i * width + d];
        }
        cosines[block * patches + i] = sum;
      }
    }
    return cosines;
  }
}
