package toco.image;

import java.util.List;
import toco.torch.Tensor;

/// Pillow's 8-bit HSV by LibTorch's operators, on float32 [H, W, 3] of whole levels.
final class HsvOperators {
  private static final int SECTOR = 85; // half steps of hue in a sixth of the circle

  private HsvOperators() {}

  /// The colours with `steps` of 256 in the circle added to their hue.
  static Tensor turned(Tensor levels, int steps) {
    long[] channels = {2};
    var value = levels.amax(channels, false); // [H, W]
    var range = value.sub(levels.amin(channels, false));
    var saturation = range.mul(255).div(value.clampMin(1)).floor();
    var hue = hue(levels, value, range).add(steps);
    hue = hue.sub(hue.ge(256).to(hue.dtype()).mul(256));

    var sector = hue.mul(6).div(255).floor();
    var within = hue.mul(2).sub(sector.mul(SECTOR));
    var odd = sector.sub(sector.div(2).floor().mul(2)).eq(1);
    var low = faded(value, saturation.mul(SECTOR));
    var moving = faded(value, saturation.mul(within.where(odd, within.rsub(SECTOR))));
    return Tensor.stack(
        List.of(
            channel(sector, value, low, moving),
            channel(sector.add(4), value, low, moving),
            channel(sector.add(2), value, low, moving)),
        2);
  }

  /// The hue in 255 steps, truncated; 0 for greys.
  private static Tensor hue(Tensor levels, Tensor value, Tensor range) {
    var r = levels.select(2, 0);
    var g = levels.select(2, 1);
    var b = levels.select(2, 2);
    var red = r.eq(value);
    var green = g.eq(value);
    var beyond = g.sub(b).where(red, b.sub(r).where(green, r.sub(g)));
    var four = value.fullLike(4);
    var corner = value.zerosLike().where(red, value.fullLike(2).where(green, four));
    var sign = beyond.ge(0).to(value.dtype()).mul(2).sub(1);
    var span = range.clampMin(1);
    var rest = span.sub(beyond.abs()).div(span);
    var turns = corner.add(sign).sub(sign.mul(rest)).div(6); // of the circle; below 0 before red
    return turns.add(turns.lt(0).to(value.dtype())).mul(255).floor();
  }

  /// `value · (1 − share / (255 · 85))`, rounded.
  private static Tensor faded(Tensor value, Tensor share) {
    double one = 255.0 * SECTOR;
    return value.mul(2).mul(share.rsub(one)).add(one).div(2 * one).floor();
  }

  /// A channel over the sixths of the circle, starting at the colour of the channel.
  private static Tensor channel(Tensor sector, Tensor value, Tensor low, Tensor moving) {
    var sixth = sector.sub(sector.div(6).floor().mul(6));
    var away = sixth.minimum(sixth.rsub(5)); // sixths from those where the channel is full
    return value.where(away.eq(0), moving.where(away.eq(1), low));
  }
}
