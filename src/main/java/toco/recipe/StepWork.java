package toco.recipe;

import java.util.ArrayList;
import java.util.List;

/// What the networks compute in a micro-batch in which every term of the loss has a weight: from
/// this the operations of a step are counted.
///
/// @param passes of each sample through an encoder
/// @param furtherTokens how many more tokens than the encoder's shape says precede the patch tokens
/// @param headFlops floating-point operations of further trained layers in a forward pass, for each
///   sample
public record StepWork(List<Pass> passes, int furtherTokens, double headFlops) {
  /// No passes.
  public static final StepWork NOTHING = new StepWork(List.of(), 0, 0);

  public StepWork {
    passes = List.copyOf(passes);
  }

  /// @param sizePx side of the images
  /// @param images how many of each sample
  /// @param isTrained whether there is a backward pass
  /// @param isDecoded whether the decoder follows
  public record Pass(int sizePx, int images, boolean isTrained, boolean isDecoded) {}

  /// One trained pass of a view, with the decoder.
  public static StepWork ofOnePass(int cropSizePx) {
    return new StepWork(List.of(new Pass(cropSizePx, 1, true, true)), 0, 0);
  }

  /// The same and passes of each scale, with their mirror images, without gradient.
  ///
  /// @param sharesFirst whether the images at scale 1 are not passed once more
  public StepWork plusScales(
      int cropSizePx, List<Double> scales, boolean sharesFirst, boolean isDecoded) {
    var all = new ArrayList<>(passes);
    for (double scale : scales) {
      int images = sharesFirst && scale == 1 ? 1 : 2;
      all.add(new Pass((int) (scale * cropSizePx), images, false, isDecoded));
    }
    return new StepWork(all, furtherTokens, headFlops);
  }
}
