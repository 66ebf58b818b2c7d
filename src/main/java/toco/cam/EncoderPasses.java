package toco.cam;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import toco.model.Encoder.Tokens;
import toco.model.Network;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Runs the encoder over a batch in passes of a size that suits the device. Tokens are freed after
/// each pass; only the outputs of the heads are kept.
public final class EncoderPasses {
  /// On the CPU larger passes are no faster: the C library returns large blocks of memory to the
  /// kernel and gets fresh pages for each, which costs a tenth of the pass.
  private static final long CPU_TOKENS_PER_PASS = 2000;

  private EncoderPasses() {}

  /// @param images [B, 3, H, W] normalised
  /// @param heads maps the tokens of b images to one or more tensors [b, …]
  /// @return the same tensors for all images, [B, …], in the innermost scope
  public static List<Tensor> run(
      Network model, Tensor images, Function<Tokens, List<Tensor>> heads) {
    long count = images.size(0);
    long perPass = imagesPerPass(model, images);
    var passes = new ArrayList<List<Tensor>>();
    for (long start = 0; start < count; start += perPass) {
      try (var scope = TensorScope.open()) {
        var part = images.slice(0, start, Math.min(start + perPass, count));
        var outputs = heads.apply(model.encode(part));
        outputs.forEach(scope::keep);
        passes.add(outputs);
      }
    }
    return passes.size() == 1 ? passes.getFirst() : concatenated(passes);
  }

  /// The same for two batches of equal size, such as images and their mirror images. A GPU makes
  /// one pass of both, which starts half as many kernels; on the CPU two are faster.
  ///
  /// @return of the first batch, and of the second
  static List<List<Tensor>> runBoth(
      Network model, Tensor first, Tensor second, Function<Tokens, List<Tensor>> heads) {
    if (first.device().isCpu()) {
      return List.of(run(model, first, heads), run(model, second, heads));
    }
    long count = first.size(0);
    var both = run(model, Tensor.cat(List.of(first, second), 0), heads);
    return List.of(part(both, 0, count), part(both, count, 2 * count));
  }

  private static List<Tensor> part(List<Tensor> tensors, long from, long to) {
    return tensors.stream().map(tensor -> tensor.slice(0, from, to)).toList();
  }

  private static long imagesPerPass(Network model, Tensor images) {
    long count = images.size(0);
    if (!images.device().isCpu()) {
      return count;
    }
    int patch = model.config().encoderShape().patchSizePx();
    long tokens = (images.size(2) / patch) * (images.size(3) / patch); // of one image
    return Math.clamp(CPU_TOKENS_PER_PASS / tokens, 1, count);
  }

  private static List<Tensor> concatenated(List<List<Tensor>> passes) {
    var whole = new ArrayList<Tensor>();
    for (int i = 0; i < passes.getFirst().size(); i++) {
      int output = i;
      whole.add(Tensor.cat(passes.stream().map(pass -> pass.get(output)).toList(), 0));
    }
    return whole;
  }
}
