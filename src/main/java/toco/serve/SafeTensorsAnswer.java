package toco.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import toco.checkpoint.SafeTensors;
import toco.files.Json;
import toco.torch.DType;
import toco.torch.Shape;

/// Arrays of one answer, in the format safetensors; what describes them is JSON in the entry `info`
/// of its metadata.
final class SafeTensorsAnswer {
  static final String TYPE = "application/vnd.safetensors";

  private final Map<String, SafeTensors.Array> arrays = new LinkedHashMap<>();
  private final Map<String, ?> info;

  /// @param info becomes JSON
  SafeTensorsAnswer(Map<String, ?> info) {
    this.info = info;
  }

  SafeTensorsAnswer add(String name, float[] values, long... shape) {
    var bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return add(name, DType.FLOAT32, bytes.array(), shape);
  }

  SafeTensorsAnswer add(String name, byte[] values, long... shape) {
    return add(name, DType.UINT8, values, shape);
  }

  private SafeTensorsAnswer add(String name, DType dtype, byte[] bytes, long... shape) {
    arrays.put(name, new SafeTensors.Array(dtype, Shape.of(shape), bytes));
    return this;
  }

  Answer answer() {
    var metadata = Map.of("info", Json.MAPPER.writeValueAsString(info));
    return Answer.of(TYPE, SafeTensors.encode(arrays, metadata));
  }
}
