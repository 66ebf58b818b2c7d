package example;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import toco.image.ImageDecoder;
import toco.torch.DType;
import toco.torch.LibTorch;
import toco.torch.TensorScope;

/// Prints the mean colour of images: toco decodes them, LibTorch does the arithmetic.
public final class Main {
  private Main() {}

  public static void main(String[] files) {
    System.out.println("LibTorch " + LibTorch.version());
    for (var file : files) {
      try (var arena = Arena.ofConfined();
          var _ = TensorScope.open()) {
        var image = ImageDecoder.decode(Path.of(file), arena);
        var colour = image.tensor().to(DType.FLOAT32).mean(new long[] {0, 1}, false).toFloatArray();
        System.out.printf(
            "%s: %d×%d, mean colour %.1f %.1f %.1f%n",
            file, image.widthPx(), image.heightPx(), colour[0], colour[1], colour[2]);
      }
    }
  }
}
