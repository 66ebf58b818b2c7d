package toco.recipe.more;

import toco.cam.PixelKeys;
import toco.torch.DType;
import toco.torch.Tensor;

/// Random choices of [UncertainTokens]: a function of the seed, the step and the position of each
/// image in the step's whole batch, so that neither resuming nor the number of processes changes
/// them. Each window gets a random number, and the largest are taken.
///
/// @param firstPosition the batch's first image's position in the step's whole batch
record RandomDraw(long seed, int iter, int firstPosition) implements UncertainTokens.Draw {
  private static final int STREAM = -3; // of random numbers; local crops have another

  @Override
  public Tensor of(Tensor sizes, int longest) {
    var device = sizes.device();
    var keys =
        PixelKeys.draw(seed, iter, STREAM, firstPosition, sizes.size(0), longest, device); // [B, W]
    var numbers = Tensor.arange(0, longest, DType.INT64, device).unsqueeze(0); // [1, W]
    var isBeyond = numbers.ge(sizes.unsqueeze(1));
    int drawn = Math.min(UncertainTokens.MOST, longest);
    var permutation = keys.maskedFill(isBeyond, -1).topk(drawn, 1).indices();
    return drawn == UncertainTokens.MOST
        ? permutation
        : permutation.pad(0, 0, UncertainTokens.MOST - (long) drawn);
  }
}
