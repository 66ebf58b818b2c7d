package toco.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import toco.image.ImageSize;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class TokenReportTest extends InferFixture {
  /// The hook's tokens are those of the plain pass: bit for bit for the auxiliary layer, whose
  /// tokens come from the same blocks.
  @Test
  void tokensOfBlocksAreThoseOfThePlainPass() {
    try (var network = network("model.auxLayer=-2");
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var images = Tensor.rand(2, 3, 24, 40);
      var tokens = network.model().encode(images);
      var blocks = network.model().patchTokensOfBlocks(images);
      assertEquals(3, blocks.size());
      assertArrayEquals(tokens.auxTokens().toFloatArray(), blocks.get(1).toFloatArray());
      assertArrayEquals(tokens.patchTokens().shape().sizes(), blocks.getLast().shape().sizes());
      try (var normed = network("model.auxLayer=-1")) {
        assertArrayEquals(
            tokens.patchTokens().toFloatArray(),
            normed.model().encode(images).auxTokens().toFloatArray());
      }
    }
  }

  @Test
  void cosinesAreThoseOfTheTokens() {
    var image = picture(folder.resolve("image.png"), 64, 16);
    try (var network = network()) {
      var report = TokenReport.write(network, image, 63, 5, folder.resolve("out"));
      assertEquals(4, report.gridH());
      assertEquals(4, report.gridW());
      assertEquals(1, report.patchRow());
      assertEquals(3, report.patchColumn());
      assertEquals(1, report.point().get(1).get(3), 1e-5, "with itself");
      for (var rows : List.of(report.classToken(), report.point())) {
        for (var row : rows) {
          assertEquals(4, row.size());
          assertTrue(row.stream().allMatch(cosine -> Math.abs(cosine) <= 1 + 1e-6));
        }
      }
      // The mean over all pairs, from the sums of each patch's cosines with all.
      double sum = 0;
      for (int y = 0; y < 4; y++) {
        for (int x = 0; x < 4; x++) {
          var of = TokenReport.write(network, image, 16 * x, 4 * y, folder.resolve("out"));
          sum += of.point().stream().flatMap(List::stream).mapToDouble(c -> c).sum() - 1;
        }
      }
      assertEquals(sum / (16 * 15), report.patchCosineNormed(), 1e-5);
      assertEquals(3, report.patchCosine().size());
    }
    for (var name : List.of("class_token", "point")) {
      assertEquals(new ImageSize(64, 16), ImageSize.read(folder.resolve("out/" + name + ".png")));
    }
    assertTrue(ImageSize.read(folder.resolve("out/patch_cosine.png")).widthPx() > 100);
  }

  /// Pictures among images would be read as images later.
  @Test
  void aFolderOfImagesIsRefused() {
    var image = picture(folder.resolve("images/class_token.png"), 64, 16);
    try (var network = network()) {
      var mixed = image.getParent();
      assertThrows(
          toco.data.DataException.class, () -> TokenReport.write(network, image, 1, 1, mixed));
      assertEquals(new ImageSize(64, 16), ImageSize.read(image));
      for (int i = 0; i < 2; i++) {
        TokenReport.write(network, image, 1, 1, mixed.resolve("tokens"));
      }
    }
  }

  @Test
  void aPointOutsideTheImageIsRejected() {
    var image = picture(folder.resolve("image.png"), 64, 16);
    try (var network = network()) {
      for (int[] point : new int[][] {{64, 0}, {0, 16}, {-1, 0}}) {
        var thrown =
            assertThrows(
                IllegalArgumentException.class,
                () -> TokenReport.write(network, image, point[0], point[1], folder));
        assertTrue(thrown.getMessage().contains("x goes from 0 to 63"), thrown.getMessage());
      }
    }
  }
}
