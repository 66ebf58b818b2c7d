package toco.cam;

import java.util.function.ToLongFunction;
import toco.host.Machine;
import toco.image.ImageSize;
import toco.image.RgbImage;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.TorchException;

/// Refuses images that are too large for the memory of this machine, or of its container, before
/// the system ends the process.
///
/// @param bytes estimates an image's need from its size, see [InferenceMemory]
public record MemoryLimit(ToLongFunction<ImageSize> bytes) {
  private static final String REMEDY =
      "scale the image down, use a protocol such as coco, or a machine with more memory";

  /// What the lattice says of a position that its keys cannot hold.
  private static final String BEYOND_LATTICE = "too far from the origin";

  /// An image that is too large. The message has its size and the remedy, not its name.
  public static final class Exceeded extends IllegalStateException {
    private Exceeded(RgbImage picture, String reason) {
      super("at %s×%s px %s; %s".formatted(picture.widthPx(), picture.heightPx(), reason, REMEDY));
    }
  }

  /// The limit for work on a device. On an accelerator nothing is estimated: it refuses what does
  /// not fit.
  public static MemoryLimit on(Device device, ToLongFunction<ImageSize> bytes) {
    return new MemoryLimit(device.isCpu() ? bytes : _ -> 0);
  }

  /// Checks an image before the work on it. If its need seems too large, memory that was freed
  /// before is returned to the system first.
  ///
  /// @throws Exceeded if it needs more memory than there is
  public void require(RgbImage picture) {
    long needed = bytes.applyAsLong(new ImageSize(picture.widthPx(), picture.heightPx()));
    if (Machine.local().lacks(needed).isEmpty()) {
      return;
    }
    LibTorch.trimMemory();
    Machine.local()
        .lacks(needed)
        .ifPresent(reason -> {
          throw new Exceeded(picture, reason);
        });
  }

  /// Runs work on an image.
  ///
  /// @throws Exceeded if memory cannot be allocated, by Java or LibTorch, or the image is too long
  ///   for the lattice of a dense CRF
  public static void watch(RgbImage picture, Runnable work) {
    try {
      work.run();
    } catch (OutOfMemoryError e) {
      throw new Exceeded(
          picture,
          "the Java heap of %s MB is full (raise it with TOCO_JAVA_OPTS=-Xmx4g)"
              .formatted(Runtime.getRuntime().maxMemory() >> 20));
    } catch (TorchException e) {
      if (e.kind() == TorchException.Kind.OUT_OF_MEMORY) {
        throw new Exceeded(picture, "memory could not be allocated");
      }
      if (String.valueOf(e.getMessage()).contains(BEYOND_LATTICE)) {
        throw new Exceeded(picture, "a side is too long for the dense CRF");
      }
      throw e;
    }
  }
}
