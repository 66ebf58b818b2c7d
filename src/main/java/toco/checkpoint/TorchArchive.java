package toco.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.checkpoint.PickledValue.Storage;
import toco.checkpoint.PickledValue.StoredTensor;
import toco.files.AtomicFile;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Writes the ZIP form of torch.save, format version 3: the pickle that names tensors, and each
/// tensor's elements in an entry of their own. What torch.save adds for its makers' statistics, the
/// entry `.data/serialization_id`, is left out.
final class TorchArchive {
  private static final String FOLDER = "archive/";

  private TorchArchive() {}

  /// @throws CheckpointException if the file cannot be written; an older one is then untouched
  static void write(Path path, Map<String, Tensor> tensors) {
    var pickle = StateDictPickler.pickle(stored(tensors));
    try {
      AtomicFile.writeDurably(path, channel -> write(channel, pickle, tensors));
    } catch (IOException e) {
      throw CheckpointException.unwritable(path, e);
    }
  }

  private static void write(FileChannel channel, byte[] pickle, Map<String, Tensor> tensors)
      throws IOException {
    var zip = new ZipWriter(channel);
    zip.add(FOLDER + "data.pkl", pickle);
    zip.add(FOLDER + ".format_version", ascii("1"));
    zip.add(FOLDER + ".storage_alignment", ascii(Integer.toString(ZipWriter.ALIGNMENT)));
    zip.add(FOLDER + "byteorder", ascii("little"));
    int number = 0;
    for (var tensor : tensors.values()) {
      try (var _ = TensorScope.open()) { // one copy at a time, of those that need one
        var plain = tensor.detach().to(Device.CPU).contiguous();
        zip.add(FOLDER + "data/" + number++, plain.segment());
      }
    }
    zip.add(FOLDER + "version", ascii("3\n"));
    zip.finish();
  }

  /// Every tensor row-major and alone in its storage, which is named by its place in the order.
  private static Map<String, StoredTensor> stored(Map<String, Tensor> tensors) {
    var stored = new LinkedHashMap<String, StoredTensor>();
    tensors.forEach((name, tensor) -> {
      var info = tensor.info();
      var key = Integer.toString(stored.size());
      var storage = new Storage(key, info.dtype(), info.shape().numel());
      stored.put(name, new StoredTensor(storage, 0, info.shape(), strides(info.shape())));
    });
    return stored;
  }

  private static Shape strides(Shape shape) {
    var strides = new long[shape.dims()];
    long next = 1;
    for (int d = strides.length - 1; d >= 0; d--) {
      strides[d] = next;
      next *= Math.max(1, shape.size(d)); // as PyTorch counts where there are no elements
    }
    return Shape.of(strides);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
