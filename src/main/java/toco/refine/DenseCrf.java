package toco.refine;

import toco.config.CrfParams;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Kernels;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Dense CRF: aligns class probabilities with the edges of an image by mean-field inference in a
/// fully connected CRF (Krähenbühl and Koltun, arXiv:1210.5644; METHOD, Evaluation). The results
/// are those of pydensecrf.
///
/// It always runs on the CPU, whatever the device of the inputs. Several threads may use one object
/// at the same time; set `threads` to 1 then, so that they do not compete for cores.
///
/// @param params weights, standard deviations and the number of iterations
/// @param threads maximum number of threads, 0 for that of LibTorch's operators; the result does
///   not depend on it
public record DenseCrf(CrfParams params, int threads) {
  private static final int MAX_THREADS = 1024;

  public DenseCrf {
    if (threads < 0 || threads > MAX_THREADS) {
      throw new IllegalArgumentException(
          "threads must be 0 to %s, got %s".formatted(MAX_THREADS, threads));
    }
  }

  /// Uses as many threads as LibTorch's operators.
  public DenseCrf(CrfParams params) {
    this(params, 0);
  }

  /// The marginals after the iterations. Probabilities are clamped to at least 1e-5. Not
  /// differentiable: the result requires no gradient.
  ///
  /// @param image uint8 [H, W, 3], on any device
  /// @param probabilities [C, H, W] in 0…1, any floating dtype, on any device
  /// @return q float32 [C, H, W] on the CPU; sums to 1 over C
  /// @throws IllegalArgumentException if types or sizes do not fit
  /// @throws toco.torch.TorchException if a probability is not finite or not in 0…1, or a standard
  ///   deviation is too small for the image
  public Tensor infer(Tensor image, Tensor probabilities) {
    requireFit(image, probabilities);
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() ->
          Kernels.denseCrf(
              image.to(Device.CPU),
              probabilities.detach().to(Device.CPU).to(DType.FLOAT32),
              params.iterations(),
              params.gaussianWeight(),
              params.gaussianSigmaPx(),
              params.bilateralWeight(),
              params.bilateralSigmaPx(),
              params.bilateralSigmaRgb(),
              threads));
    }
  }

  private static void requireFit(Tensor image, Tensor probabilities) {
    var levels = image.info();
    if (levels.dtype() != DType.UINT8 || levels.shape().dims() != 3 || image.size(2) != 3) {
      throw new IllegalArgumentException(
          "the image must be uint8 [H, W, 3], got %s %s".formatted(levels.dtype(), levels.shape()));
    }
    var given = probabilities.info();
    boolean fit =
        given.dtype().isFloatingPoint()
            && given.shape().dims() == 3
            && given.shape().size(0) > 0
            && given.shape().size(1) == levels.shape().size(0)
            && given.shape().size(2) == levels.shape().size(1);
    if (!fit) {
      throw new IllegalArgumentException(
          "probabilities must be floats [C, %s, %s] like the image, got %s %s"
              .formatted(
                  levels.shape().size(0), levels.shape().size(1), given.dtype(), given.shape()));
    }
  }
}
