package toco.infer;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import toco.cam.NetworkInput;
import toco.cam.PatchCosine;
import toco.checkpoint.TrainedNetwork;
import toco.data.DataException;
import toco.data.ImageFolder;
import toco.files.ResultFolder;
import toco.image.Colormap;
import toco.image.HeatMap;
import toco.image.ImageDecoder;
import toco.image.ImageWriter;
import toco.image.LineChart;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.ReadOptions;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Cosine similarities between the tokens of one image: of the class token and each patch token, of
/// the patch token at a point and each other one, and the mean over all pairs of patch tokens after
/// each block. Where that mean approaches 1, the network over-smooths (arXiv:2303.01267 §3.1).
///
/// The image is resized to a square of `eval.sizePx`, as for CAMs.
///
/// ```
/// OUT/class_token.png    heat map of the cosines with the class token
/// OUT/point.png          heat map of the cosines with the patch token at the point
/// OUT/patch_cosine.png   chart of the mean cosine after each block
/// ```
///
/// Colours span the range from the smallest to the largest cosine of a map.
public final class TokenReport {
  private static final int WHITE = 0xFFFFFF;
  private static final String CLASS_TOKEN = "class_token.png";
  private static final String POINT = "point.png";
  private static final String PATCH_COSINE = "patch_cosine.png";

  private TokenReport() {}

  /// The similarities. Cosines are in −1…1.
  ///
  /// @param image the image's file
  /// @param gridH number of rows of patches
  /// @param gridW number of columns of patches
  /// @param pointX column of the point, in pixels of the image
  /// @param pointY row of the point
  /// @param patchRow row of the patch that contains the point, from 0
  /// @param patchColumn column of that patch, from 0
  /// @param classToken [gridH][gridW], cosines of class token and patch tokens, after the last
  ///   norm; with a token per class the largest of them
  /// @param point [gridH][gridW], cosines of the point's patch token and all patch tokens
  /// @param patchCosine mean cosine of all pairs of patch tokens after each block, first block
  ///   first, before the last norm
  /// @param patchCosineNormed the same after the last norm, the patch cosine of evaluations
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

  /// Computes the similarities and draws the pictures.
  ///
  /// @param pointX column of a pixel of the image, from 0
  /// @param pointY row of that pixel
  /// @throws toco.image.ImageException if the image cannot be read or a picture cannot be written
  /// @throws DataException if `out` holds images
  /// @throws IllegalArgumentException if the point is not in the image, or `out` cannot be written
  public static Report write(TrainedNetwork network, Path image, int pointX, int pointY, Path out) {
    try (var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var picture = ImageDecoder.decode(image, ReadOptions.of(network.config().data()), arena);
      requireIn(picture, image, pointX, pointY);
      prepare(image, out);
      var resized = NetworkInput.of(picture, network.config().eval().sizePx(), network.model());
      var input = NetworkInput.fitted(network.model(), resized);
      var tokens = network.model().encode(input);
      int gridH = (int) tokens.gridH();
      int gridW = (int) tokens.gridW();
      int row = (int) ((long) pointY * gridH / picture.heightPx());
      int column = (int) ((long) pointX * gridW / picture.widthPx());
      long patch = (long) row * gridW + column;

      var patches = tokens.patchTokens().select(0, 0); // [N, D]
      var both =
          Tensor.stack(
                  List.of(
                      classCosines(patches, tokens.clsToken()),
                      cosines(patches, patches.slice(0, patch, patch + 1))),
                  0)
              .reshape(2, gridH, gridW)
              .to(Device.CPU);
      var ofClass = both.select(0, 0);
      var ofPoint = both.select(0, 1);
      var curve = PatchCosine.ofBlocks(network.model(), input);

      ImageWriter.writePng(heat(picture, ofClass), out.resolve(CLASS_TOKEN));
      ImageWriter.writePng(
          boxed(heat(picture, ofPoint), gridH, gridW, row, column), out.resolve(POINT));
      chart(curve).write(out.resolve(PATCH_COSINE));
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

  /// Pictures among the user's own images would be read as images later, or replace them.
  private static void prepare(Path image, Path out) {
    ResultFolder.requireFolder(out);
    boolean isInput =
        image.toAbsolutePath().normalize().startsWith(out.toAbsolutePath().normalize());
    var own = isInput ? Set.<String>of() : Set.of(CLASS_TOKEN, POINT, PATCH_COSINE);
    if (!ResultFolder.create(out, own) && ImageFolder.hasImages(out)) {
      throw new DataException(
          "%s holds images; name a new or empty folder with --out".formatted(out));
    }
  }

  private static void requireIn(RgbImage picture, Path image, int x, int y) {
    int width = picture.widthPx();
    int height = picture.heightPx();
    if (x < 0 || x >= width || y < 0 || y >= height) {
      throw new IllegalArgumentException(
          "the point %s,%s is not in %s, which is %s×%s px; x goes from 0 to %s and y to %s"
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
  /// @param clsToken [K, D], one or several
  /// @return [N] Of several class tokens, MoRe's, the largest for each patch.
  private static Tensor classCosines(Tensor patches, Tensor clsToken) {
    var tokens = clsToken.reshape(-1, patches.size(1)); // [1 or K, D]
    return cosines(patches.unsqueeze(1), tokens).amax(1); // [N]
  }

  private static Tensor cosines(Tensor patches, Tensor token) {
    return patches.normalize(-1, 1e-8).mul(token.normalize(-1, 1e-8)).sum(-1);
  }

  /// Scaled to the range of the cosines, which often differ by little.
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
    return new LineChart("mean cosine of patch tokens", "after block", blocks)
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
