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
      requireIn(picture, image, pointX, pointY);
      var input =
          MultiScaleInference.input(picture, network.config().eval().sizePx(), network.device());
      var tokens = network.model().encode(input);
      int gridH = (int) tokens.gridH();
      int gridW = (int) tokens.gridW();
      int row = (int) ((long) pointY * gridH / picture.heightPx());
      int column = (int) ((long) pointX * gridW / picture.widthPx());
      long patch = (long) row * gridW + column;

      var patches = tokens.patchTokens().select(0, 0); // [N, D]
      var ofClass = cosines(patches, tokens.clsToken()).reshape(gridH, gridW);
      var ofPoint = cosines(patches, patches.slice(0, patch, patch + 1)).reshape(gridH, gridW);
      var curve =
          network.model().patchTokensOfBlocks(input).stream()
              .map(block -> PatchCosine.mean(block).item())
              .toList();

      ImageWriter.writePng(heat(picture, ofClass), out.resolve("class_token.png"));
      ImageWriter.writePng(
          boxed(heat(picture, ofPoint), gridH, gridW, row, column), out.resolve("point.png"));
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
          curve,
          PatchCosine.mean(tokens.patchTokens()).item());
    }
  }

  private static void requireIn(RgbImage picture, Path image, int x, int y) {
    int width = picture.widthPx();
    int height = picture.heightPx();
    if (x < 0 || x >= width || y < 0 || y >= height) {
      throw new IllegalArgumentException(
          "the point %d,%d is not in %s, which is %d×%d px; x goes from 0 to %d and y to %d"
              .formatted(x, y, image, width, height, width - 1, height - 1));
    }
  }

  /// The picture with a box around one patch.
  private static Picture boxed(Picture picture, int gridH, int gridW, int row, int column) {
    int left = column * picture.widthPx() / gridW;
    int right = (column + 1) * picture.widthPx() / gridW;
    int top = row * picture.heightPx() / gridH;
    int bottom = (row + 1) * picture.heightPx() / gridH;
    picture.drawBox(left, top, Math.max(1, right - left), Math.max(1, bottom - top), WHITE);
    return picture;
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
    return Overlay.heat(picture, map, Colormap.VIRIDIS);
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
