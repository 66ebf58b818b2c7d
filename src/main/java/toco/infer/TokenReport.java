package toco.infer;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.eval.MultiScaleInference;
import toco.eval.PatchCosine;
import toco.eval.TensorPictures;
import toco.image.Colormap;
import toco.image.HeatMap;
import toco.image.ImageDecoder;
import toco.image.ImageWriter;
import toco.image.LineChart;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.RgbImage;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// How the tokens of one image are alike: the class token and the patch tokens, the patch token at
/// a point and the others, and the patch tokens among each other, block by block. Where these last
/// grow all alike, the network over-smooths (arXiv:2303.01267 §3.1).
///
/// The image is resized to a square of `eval.sizePx`, as for CAMs.
///
/// ```
/// OUT/class_token.png    cosine of class token and patch tokens, from the smallest to the largest
/// OUT/point.png          cosine of the point's patch token and all, likewise; a box is the patch
/// OUT/patch_cosine.png   mean cosine of all pairs of patch tokens behind each block
/// ```
public final class TokenReport {
  private static final int WHITE = 0xFFFFFF;

  private TokenReport() {}

  /// What was found. Cosines are in −1…1.
  ///
  /// @param image the image's file
  /// @param gridH rows of patches
  /// @param gridW columns of patches
  /// @param pointX the point, in pixels of the image
  /// @param pointY likewise, from the top
  /// @param patchRow the patch that holds the point, from 0
  /// @param patchColumn likewise
  /// @param classToken [gridH][gridW], cosines of class token and patch tokens, both normed
  /// @param point the same of the point's patch token
  /// @param patchCosine mean cosine of all pairs of patch tokens behind each block, the first
  ///   block's first; not normed
  /// @param patchCosineNormed the same behind the last norm, as evaluations count it
  public record Report(
      String image,
      int gridH,
      int gridW,
      int pointX,
      int pointY,
      int patchRow,
      int patchColumn,
      List<List<Double>> classToken,
      List<List<Double>> point,
      List<Double> patchCosine,
      double patchCosineNormed) {}

  /// Draws the pictures.
  ///
  /// @param pointX column of a pixel of the image, from 0
  /// @param pointY row of that pixel
  /// @throws toco.image.ImageException if the image cannot be read, or a picture not written
  /// @throws IllegalArgumentException if the point is not in the image
  public static Report write(TrainedNetwork network, Path image, int pointX, int pointY, Path out) {
    try (var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var picture = ImageDecoder.decode(image, arena);
      if (pointX < 0 || pointX >= picture.widthPx() || pointY < 0 || pointY >= picture.heightPx()) {
        throw new IllegalArgumentException(
            "the point %d,%d is not in %s, which is %d×%d px; x goes from 0 to %d and y to %d"
                .formatted(
                    pointX,
                    pointY,
                    image,
                    picture.widthPx(),
                    picture.heightPx(),
                    picture.widthPx() - 1,
                    picture.heightPx() - 1));
      }
      return write(network, image, picture, pointX, pointY, out);
    }
  }

  private static Report write(
      TrainedNetwork network, Path image, RgbImage picture, int pointX, int pointY, Path out) {
    int sizePx = network.config().eval().sizePx();
    var input = MultiScaleInference.input(picture, sizePx, network.device());
    var tokens = network.model().encode(input);
    int gridH = (int) tokens.gridH();
    int gridW = (int) tokens.gridW();
    int row = (int) ((long) pointY * gridH / picture.heightPx());
    int column = (int) ((long) pointX * gridW / picture.widthPx());

    var patches = tokens.patchTokens().select(0, 0); // [N, D]
    var ofClass = cosines(patches, tokens.clsToken()).reshape(gridH, gridW);
    var ofPoint =
        cosines(
                patches,
                patches.slice(0, (long) row * gridW + column, (long) row * gridW + column + 1))
            .reshape(gridH, gridW);
    var curve = new ArrayList<Double>();
    for (var block : network.model().patchTokensOfBlocks(input)) {
      curve.add(PatchCosine.mean(block).item());
    }

    ImageWriter.writePng(heat(picture, ofClass), out.resolve("class_token.png"));
    var atPoint = heat(picture, ofPoint);
    int left = column * picture.widthPx() / gridW;
    int top = row * picture.heightPx() / gridH;
    atPoint.drawBox(
        left,
        top,
        Math.max(1, (column + 1) * picture.widthPx() / gridW - left),
        Math.max(1, (row + 1) * picture.heightPx() / gridH - top),
        WHITE);
    ImageWriter.writePng(atPoint, out.resolve("point.png"));
    chart(curve).write(out.resolve("patch_cosine.png"));
    return new Report(
        image.toString(),
        gridH,
        gridW,
        pointX,
        pointY,
        row,
        column,
        rows(ofClass),
        rows(ofPoint),
        List.copyOf(curve),
        PatchCosine.mean(tokens.patchTokens()).item());
  }

  /// @param patches [N, D]
  /// @param token [1, D]
  /// @return [N]
  private static Tensor cosines(Tensor patches, Tensor token) {
    return patches.normalize(-1, 1e-8).mul(token.normalize(-1, 1e-8)).sum(-1);
  }

  /// Drawn from the smallest to the largest: cosines of tokens often differ by little.
  private static Picture heat(RgbImage picture, Tensor cosines) {
    double low = cosines.amin().item();
    double high = cosines.amax().item();
    HeatMap map = TensorPictures.heatMap(cosines.sub(low).div(Math.max(high - low, 1e-12)));
    return Overlay.heat(picture, map, Colormap.PERCEPTUAL);
  }

  private static LineChart chart(List<Double> curve) {
    var blocks = new double[curve.size()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = i + 1;
    }
    return new LineChart("mean cosine of patch tokens", "behind block", blocks)
        .add("patch tokens", curve.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static List<List<Double>> rows(Tensor map) {
    var values = map.toDoubleArray();
    int width = (int) map.size(1);
    var rows = new ArrayList<List<Double>>();
    for (int start = 0; start < values.length; start += width) {
      var row = new ArrayList<Double>();
      for (int i = 0; i < width; i++) {
        row.add(values[start + i]);
      }
      rows.add(List.copyOf(row));
    }
    return List.copyOf(rows);
  }
}
