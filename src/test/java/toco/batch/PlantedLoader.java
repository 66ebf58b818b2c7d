package toco.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.image.DecodeBuffer;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.DeviceEvent;
import toco.torch.DeviceStream;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A loader as a user of the bridge may write one, with a fault: a thread decodes images into two
/// slots of pinned memory, one after the other, and uploads each on a stream of its own.
final class PlantedLoader implements AutoCloseable {
  /// What it does wrong.
  enum Fault {
    NONE,
    /// A slot is filled again before its upload is done.
    REFILLS_AT_ONCE,
    /// Its trainer does not wait for the event after which an image is there.
    IS_NOT_WAITED_FOR,
    /// Memory of the trainer's stream is written on another, of which the allocator is not told.
    UPLOADS_INTO_THE_TRAINERS_MEMORY
  }

  /// An image of [H, W, 3] on the device, once the event is reached.
  record Upload(Tensor image, DeviceEvent done) {}

  private static final int SLOTS = 2;

  private final Device device;
  private final Fault fault;
  private final DeviceStream copies;
  private final DeviceStream trainer;
  private final List<Tensor> slots = new ArrayList<>();
  private final List<Upload> uploads = new ArrayList<>();

  /// @param sidePx of the images, which are square
  PlantedLoader(Device device, int sidePx, Fault fault) {
    this.device = device;
    this.fault = fault;
    copies = DeviceStream.create(device, false);
    trainer = DeviceStream.current(device);
    for (int i = 0; i < SLOTS; i++) {
      slots.add(TensorScope.release(Tensor.emptyPinned(DType.UINT8, sidePx, sidePx, 3)));
    }
  }

  /// Loads these images on a thread of its own and returns when all uploads are queued.
  List<Upload> load(List<Path> files) {
    var thread =
        Thread.ofPlatform()
            .name("planted-loader")
            .start(() -> {
              try (var decoder = new DecodeBuffer()) {
                files.forEach(file -> upload(decoder, file));
              }
            });
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return List.copyOf(uploads);
  }

  private void upload(DecodeBuffer decoder, Path file) {
    int number = uploads.size();
    var slot = slots.get(number % SLOTS);
    if (number >= SLOTS && fault != Fault.REFILLS_AT_ONCE) {
      uploads.get(number - SLOTS).done.synchronize();
    }
    decoder.decode(file, bytes -> slot.segment().asSlice(0, bytes));
    var done = new DeviceEvent(device.kind(), false);
    Tensor image;
    if (fault == Fault.UPLOADS_INTO_THE_TRAINERS_MEMORY) {
      image = ofTrainer();
      try (var _ = copies.use();
          var _ = TensorScope.open()) {
        var _ = image.slice(0, 0, slot.size(0)).copy_(slot, true);
      }
    } else {
      try (var _ = copies.use();
          var _ = TensorScope.open()) {
        image = TensorScope.release(slot.to(device, true));
      }
    }
    done.record(copies);
    uploads.add(new Upload(image, done));
  }

  /// Memory of the trainer's stream for an image with its padding, [H + 5, W, 3]: a size that
  /// nothing else has.
  Tensor ofTrainer() {
    long side = slots.getFirst().size(0);
    try (var _ = trainer.use();
        var _ = TensorScope.open()) {
      return TensorScope.release(Tensor.empty(DType.UINT8, device, 100 * side, side, 3));
    }
  }

  @Override
  public void close() {
    copies.synchronize();
    uploads.forEach(upload -> {
      upload.image.close();
      upload.done.close();
    });
    slots.forEach(Tensor::close);
  }
}
