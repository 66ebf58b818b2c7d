package toco.cam;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import toco.config.Combination;
import toco.config.Protocol;
import toco.model.Encoder.Tokens;
import toco.model.Network;
import toco.torch.DType;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Segmentation with test-time augmentation: several image scales, each with its mirror image
/// (METHOD "Evaluation"). No gradient.
///
/// ```java
/// var protocol = Protocol.of(Protocol.Name.VOC, config);
/// var input = NetworkInput.of(image, protocol.sizePx(), model);       // [1, 3, H, W]
/// var logits =
///     MultiScaleInference.of(protocol)
///         .logits(model, input, image.heightPx(), image.widthPx());   // [1, C, H, W]
/// var labels = logits.argmax(1);                                      // [1, H, W]
/// ```
///
/// The order is the published one: for each scale, resize the input, run the network on it and on
/// its mirror image, upsample both logits to the output size, mirror the second back and combine
/// the two; then combine the scales. Logits are combined, not probabilities: apply a softmax to the
/// result where probabilities are needed.
///
/// @param scales of the input, in the order in which they run
/// @param flip combines the logits of an image and its mirror image; NONE: no mirror image
/// @param overScales combines the logits of the scales: SUM or MAX
public record MultiScaleInference(List<Double> scales, Combination flip, Combination overScales) {
  private static final double MAX_SCALE = 16;
  private static final long MAX_BLOCK_BYTES = 128L << 20;

  public MultiScaleInference {
    scales = List.copyOf(scales);
    if (scales.isEmpty() || !scales.stream().allMatch(s -> s > 0 && s <= MAX_SCALE)) {
      throw new IllegalArgumentException("scales must be one or more in (0, 16], got " + scales);
    }
    if (overScales == Combination.NONE) {
      throw new IllegalArgumentException("overScales must be sum or max, got none");
    }
  }

  /// The scales and combinations of an evaluation protocol.
  public static MultiScaleInference of(Protocol protocol) {
    return new MultiScaleInference(protocol.scales(), protocol.flip(), protocol.combine());
  }

  /// Segmentation logits, background first.
  ///
  /// @param images [B, 3, H, W] normalised; a scaled size is at least one patch, and truncated to
  ///   whole pixels or, if `model.patchFit` is `resize`, rounded to whole patches
  /// @param heightPx rows of the result, such as those of the mask
  /// @param widthPx columns of the result
  /// @return float32 [B, C, heightPx, widthPx] on the images' device
  public Tensor logits(Network model, Tensor images, long heightPx, long widthPx) {
    return logits(model, images, heightPx, widthPx, null);
  }

  /// The same, without repeating a pass that was made already.
  ///
  /// @param atScale1 logits [B, C, h, w] of the patch grid of these images at scale 1, or null
  public Tensor logits(
      Network model, Tensor images, long heightPx, long widthPx, @Nullable Tensor atScale1) {
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        Tensor combined = null;
        for (double scale : scales) {
          var logits =
              TensorScope.scoped(
                  () -> atFullSize(grids(model, images, scale, atScale1), heightPx, widthPx));
          combined = combined == null ? logits : combineAndFree(combined, logits);
        }
        return combined;
      });
    }
  }

  /// The labels of the largest logits, as `logits(…).argmax(1)` gives them, bit for bit. Logits of
  /// many classes for a large image are computed in blocks of classes, so they never exist at once.
  ///
  /// @param atScale1 logits [B, C, h, w] of the patch grid of these images at scale 1, or null
  /// @return uint8 [B, heightPx, widthPx]
  public Tensor labels(
      Network model, Tensor images, long heightPx, long widthPx, @Nullable Tensor atScale1) {
    int classes = model.config().numClasses();
    long perClass = images.size(0) * heightPx * widthPx * Float.BYTES;
    return classes <= classesPerBlock(perClass)
        ? TensorScope.scoped(
            () -> logits(model, images, heightPx, widthPx, atScale1).argmax(1).to(DType.UINT8))
        : labels(model, images, heightPx, widthPx, atScale1, classesPerBlock(perClass));
  }

  /// The same in blocks of so many classes.
  Tensor labels(
      Network model,
      Tensor images,
      long heightPx,
      long widthPx,
      @Nullable Tensor atScale1,
      long classesPerBlock) {
    try (var _ = GradMode.noGrad()) {
      return TensorScope.scoped(() -> {
        var grids = new ArrayList<Grids>();
        for (double scale : scales) {
          grids.add(grids(model, images, scale, atScale1));
        }
        long classes = grids.getFirst().plain.size(1);
        var largest = new LargestLogits();
        for (long first = 0; first < classes; first += classesPerBlock) {
          long start = first;
          long end = Math.min(first + classesPerBlock, classes);
          LibTorch.trimMemory(); // blocks of this size leave the C heap in pieces
          largest.add(
              (int) start,
              TensorScope.scoped(() ->
                  combined(
                      grids.stream().map(grid -> grid.classes(start, end)).toList(),
                      heightPx,
                      widthPx)));
        }
        return largest.labels();
      });
    }
  }

  /// How many classes a block has: at full size, a block's logits take at most 128 MB.
  ///
  /// @param bytesPerClass of the logits of a class
  static long classesPerBlock(long bytesPerClass) {
    return Math.max(1, MAX_BLOCK_BYTES / bytesPerClass);
  }

  /// Logits of the patch grid at one scale.
  ///
  /// @param plain [B, C, h, w]
  /// @param mirrored of the mirror image, not mirrored back; null: none
  private record Grids(Tensor plain, @Nullable Tensor mirrored) {
    Grids classes(long start, long end) {
      return new Grids(
          plain.slice(1, start, end), mirrored == null ? null : mirrored.slice(1, start, end));
    }
  }

  private Grids grids(Network model, Tensor images, double scale, @Nullable Tensor atScale1) {
    try (var scope = TensorScope.open()) {
      var scaled = NetworkInput.atScale(model, images, scale);
      var known = scale == 1 ? atScale1 : null;
      if (flip == Combination.NONE) {
        return new Grids(known != null ? known : scope.keep(segment(model, scaled)), null);
      }
      var mirrored = scaled.flip(3);
      if (known != null) {
        return new Grids(known, scope.keep(segment(model, mirrored)));
      }
      var passes = EncoderPasses.runBoth(model, scaled, mirrored, logitsOf(model));
      return new Grids(scope.keep(passes.get(0).getFirst()), scope.keep(passes.get(1).getFirst()));
    }
  }

  private Tensor combined(List<Grids> grids, long heightPx, long widthPx) {
    Tensor combined = null;
    for (var grid : grids) {
      var logits = TensorScope.scoped(() -> atFullSize(grid, heightPx, widthPx));
      combined = combined == null ? logits : combineAndFree(combined, logits);
    }
    return Objects.requireNonNull(combined);
  }

  private Tensor atFullSize(Grids grids, long heightPx, long widthPx) {
    var logits = grids.plain.interpolate(heightPx, widthPx, Interpolation.BILINEAR);
    return grids.mirrored == null
        ? logits
        : combine(
            flip,
            logits,
            grids.mirrored.interpolate(heightPx, widthPx, Interpolation.BILINEAR).flip(3));
  }

  /// Frees its arguments at once: at full size, logits of many classes are large.
  private Tensor combineAndFree(Tensor previous, Tensor next) {
    try (previous;
        next) {
      return combine(overScales, previous, next);
    }
  }

  private static Tensor combine(Combination how, Tensor a, Tensor b) {
    return how == Combination.SUM ? a.add(b) : a.maximum(b);
  }

  /// Logits of the patch grid, [B, C, h, w].
  private static Tensor segment(Network model, Tensor images) {
    return EncoderPasses.run(model, images, logitsOf(model)).getFirst();
  }

  private static Function<Tokens, List<Tensor>> logitsOf(Network model) {
    return tokens -> List.of(model.segment(tokens.patchMap()));
  }
}
