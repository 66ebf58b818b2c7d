package toco.serve;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import toco.files.Json;

/// Arrays of one answer, in the format safetensors; what describes them is JSON in the entry `info`
/// of its metadata. Add arrays of floats before those of bytes, so that all are aligned.
final class SafeTensorsAnswer {
  static final String TYPE = "application/vnd.safetensors";
  private static final int ALIGNMENT = 8;

  private final Map<String, Object> header = new LinkedHashMap<>();
  private final List<byte[]> data = new ArrayList<>();
  private int bytes;

  /// @param info becomes JSON
  SafeTensorsAnswer(Map<String, ?> info) {
    header.put("__metadata__", Map.of("info", Json.MAPPER.writeValueAsString(info)));
  }

  SafeTensorsAnswer add(String name, float[] values, int... shape) {
    if (bytes % Float.BYTES != 0) {
      throw new IllegalStateException("floats must come before bytes");
    }
    var array = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    array.asFloatBuffer().put(values);
    return add(name, "F32", array.array(), shape);
  }

  SafeTensorsAnswer add(String name, byte[] values, int... shape) {
    return add(name, "U8", values, shape);
  }

  private SafeTensorsAnswer add(String name, String dtype, byte[] values, int... shape) {
    var entry = new LinkedHashMap<String, Object>();
    entry.put("dtype", dtype);
    entry.put("shape", shape);
    entry.put("data_offsets", new int[] {bytes, bytes + values.length});
    header.put(name, entry);
    data.add(values);
    bytes += values.length;
    return this;
  }

  Answer answer() {
    var json = Json.MAPPER.writeValueAsString(header);
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    int padding = (ALIGNMENT - length % ALIGNMENT) % ALIGNMENT;
    var whole =
        ByteBuffer.allocate(Long.BYTES + length + padding + bytes)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(length + padding)
            .put(json.getBytes(StandardCharsets.UTF_8))
            .put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
    data.forEach(whole::put);
    return Answer.of(TYPE, whole.array());
  }
}
