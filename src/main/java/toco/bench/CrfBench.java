package toco.bench;

import java.util.Arrays;
import toco.config.CrfParams;
import toco.refine.DenseCrf;
import toco.torch.DType;
import toco.torch.Interpolation;
import toco.torch.Kernels;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Measures how long the dense CRF of evaluation takes for one image.
///
/// Its time depends on the number of lattice vertices, which depends on the image's colours. So the
/// random image is made to have about as many vertices as a photograph of its size: clouds of all
/// sizes whose brightness varies more than their colour, with sensor noise.
public final class CrfBench {
  private static final int COARSEST_PX = 256;
  private static final double BRIGHTNESS_STD = 45; // levels
  private static final double COLOUR_STD = 9;
  private static final double NOISE_STD = 1.5;
  private static final int SEGMENT_PX = 16; // the grid of a network

  private CrfBench() {}

  /// @param threads 0: as many as LibTorch's operators use
  /// @param rounds measured rounds, after two for warm-up
  public record Options(
      int heightPx, int widthPx, int classes, CrfParams params, int threads, int rounds) {
    public Options {
      if (heightPx < 1 || widthPx < 1 || classes < 1 || rounds < 1) {
        throw new IllegalArgumentException(
            "size, classes and rounds must be >= 1, got %s×%s px, %s classes, %s rounds"
                .formatted(widthPx, heightPx, classes, rounds));
      }
    }
  }

  /// The results and what they were measured on.
  ///
  /// @param seconds for one image, median of the rounds
  /// @param fastestSeconds for one image, the fastest round
  /// @param vertices of the bilateral term's lattice
  /// @param threads the maximum in use
  public record Result(
      double seconds,
      double fastestSeconds,
      int heightPx,
      int widthPx,
      int classes,
      int iterations,
      long vertices,
      int threads,
      String libtorch,
      String cpuCapability) {}

  public static Result run(Options options) {
    LibTorch.load();
    try (var _ = TensorScope.open()) {
      Rng.manualSeed(0);
      var image = scene(options.heightPx(), options.widthPx());
      var probabilities =
          noise(options.classes(), options.heightPx(), options.widthPx(), SEGMENT_PX)
              .mul(3)
              .softmax(0);
      var crf = new DenseCrf(options.params(), options.threads());
      var seconds = new double[options.rounds()];
      for (int round = -2; round < seconds.length; round++) {
        long start = System.nanoTime();
        crf.infer(image, probabilities).close();
        if (round >= 0) {
          seconds[round] = (System.nanoTime() - start) * 1e-9;
        }
      }
      Arrays.sort(seconds);
      var params = options.params();
      return new Result(
          seconds[seconds.length / 2],
          seconds[0],
          options.heightPx(),
          options.widthPx(),
          options.classes(),
          params.iterations(),
          Kernels.denseCrfVertices(image, params.bilateralSigmaPx(), params.bilateralSigmaRgb()),
          options.threads() == 0 ? LibTorch.numThreads() : options.threads(),
          LibTorch.version(),
          LibTorch.cpuCapability());
    }
  }

  /// uint8 [H, W, 3]
  private static Tensor scene(int height, int width) {
    var levels = Tensor.randn(3, height, width).mul(NOISE_STD).add(128);
    double share = 1; // of the scene's variance: half as much at half the size, as in photographs
    for (int px = COARSEST_PX; px >= 2; px /= 2) {
      share /= 2;
      var brightness = noise(1, height, width, px).mul(BRIGHTNESS_STD * Math.sqrt(share));
      var colour = noise(3, height, width, px).mul(COLOUR_STD * Math.sqrt(share));
      levels = levels.add(brightness).add(colour);
    }
    return levels.round().clamp(0, 255).to(DType.UINT8).permute(1, 2, 0).contiguous();
  }

  /// Normal noise on a grid of cells of this size, interpolated: [channels, H, W].
  private static Tensor noise(int channels, int height, int width, int cellPx) {
    return Tensor.randn(1, channels, height / cellPx + 2, width / cellPx + 2)
        .interpolate(height, width, Interpolation.BILINEAR)
        .select(0, 0);
  }
}
