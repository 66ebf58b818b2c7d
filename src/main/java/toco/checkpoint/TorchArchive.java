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

/// Writes the ZIP format of torch.save, version 3: a pickle that describes the tensors, and one
/// entry per tensor with its elements. The entry `.data/serialization_id`, which torch.save adds
/// for usage statistics, is not written.
final class TorchArchive {
  private static final String FOLDER = "archive/";

  private TorchArchive() {}

  /// @throws CheckpointException if the file cannot be written; an existing one is then unchanged
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
      try (var _ = TensorScope.open()) { // at most one copy in memory at a time
        var plain = tensor.detach().to(Device.CPU).contiguous();
        zip.add(FOLDER + "data/" + number++, plain.segment());
      }
    }
    zip.add(FOLDER + "version", ascii("3\n"));
    zip.finish();
  }

  /// Describes each tensor as row-major and the only one in its storage, whose key is the tensor's
  /// position.
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
      next *= Math.max(1, shape.size(d)); // as PyTorch does for tensors without elements
    }
    return Shape.of(strides);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(US_ASCII);
  }
}
