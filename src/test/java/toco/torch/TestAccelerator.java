package toco.torch;

/// The accelerator of tests tagged by [OnAccelerator].
public final class TestAccelerator {
  private TestAccelerator() {}

  /// The first GPU if there is one, else the first device of the stand-in.
  public static Device device() {
    return hasGpu() ? Device.CUDA : StandIn.device(0);
  }

  /// The text of `train.device` for it.
  public static String name() {
    return device().toString();
  }

  /// Whether it is a GPU. Its numbers differ from the CPU's by more than the stand-in's.
  public static boolean hasGpu() {
    return Accelerator.count(Device.Kind.CUDA) > 0;
  }
}
