package toco.batch;

import org.jspecify.annotations.Nullable;
import toco.torch.Device;
import toco.torch.DeviceEvent;
import toco.torch.DeviceStream;

/// The stream of an accelerator on which batches are made: the current one of the thread that
/// opened their ring, for every worker. Batches may be used on another stream. On the CPU nothing
/// is queued, so nothing has to be ordered.
final class LoadStream {
  private final @Nullable DeviceStream stream; // null: the CPU

  private LoadStream(@Nullable DeviceStream stream) {
    this.stream = stream;
  }

  /// The calling thread's current stream of a device.
  static LoadStream current(Device device) {
    return new LoadStream(device.isCpu() ? null : DeviceStream.current(device));
  }

  /// Makes this the current stream of the calling thread, for the rest of its life.
  void useInThread() {
    if (stream != null) {
      var _ = stream.use();
    }
  }

  /// What the calling thread queues from now on comes after what the workers have queued so far.
  void handOver() {
    if (stream != null) {
      order(stream, DeviceStream.current(stream.device()));
    }
  }

  /// What the workers queue from now on comes after what the calling thread has queued so far.
  void takeBack() {
    if (stream != null) {
      order(DeviceStream.current(stream.device()), stream);
    }
  }

  private static void order(DeviceStream first, DeviceStream second) {
    if (!first.equals(second)) { // one stream is in order anyway
      try (var passed = new DeviceEvent(first.device().kind(), false)) {
        passed.record(first);
        passed.block(second);
      }
    }
  }
}
