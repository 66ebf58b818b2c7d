package toco.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/// The metadata of a tensor, read in one native call.
public record TensorInfo(Shape shape, DType dtype, Device device, boolean requiresGrad) {
  private static final int FIELDS_BEFORE_SIZES = 5;

  /// Reads what `tt_info` wrote.
  static TensorInfo read(MemorySegment info) {
    var sizes = new long[(int) info.getAtIndex(JAVA_LONG, 0)];
    MemorySegment.copy(info, JAVA_LONG, 8L * FIELDS_BEFORE_SIZES, sizes, 0, sizes.length);
    return new TensorInfo(
        new Shape(sizes),
        DType.ofCode(info.getAtIndex(JAVA_LONG, 1)),
        Device.of(info.getAtIndex(JAVA_LONG, 2), info.getAtIndex(JAVA_LONG, 3)),
        info.getAtIndex(JAVA_LONG, 4) != 0);
  }
}
