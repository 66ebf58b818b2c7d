package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static toco.files.QuotedText.quote;

import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import toco.torch.DType;
import toco.torch.Shape;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The header of a safetensors file: its length in eight bytes (little-endian), then JSON with the
/// dtype, shape and byte range of each tensor in the data that follows. Everything is checked
/// before any tensor is created.
///
/// @param entries by tensor name, in the file's order; offsets are relative to `dataOffset`
/// @param dataOffset offset of the data in the file
record SafeTensorsHeader(
    Map<String, Entry> entries, Map<String, String> metadata, long dataOffset) {
  /// The limit that the format sets.
  static final long MAX_BYTES = 100_000_000;

  static final int LENGTH_BYTES = 8;
  private static final String METADATA = "__metadata__";
  private static final int MAX_DIMS = 64; // LibTorch's
  private static final String REMEDY =
      "; the file is damaged or was not written by a safetensors library, download or save it"
          + " again";
  private static final ValueLayout.OfLong LONG_LE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /// One tensor: bytes `begin` (inclusive) to `end` (exclusive) of the data.
  record Entry(DType dtype, Shape shape, long begin, long end) {
    Entry movedTo(long offset) {
      return new Entry(dtype, shape, offset, offset + end - begin);
    }
  }

  SafeTensorsHeader {
    if (entries.containsKey(METADATA)) {
      throw new IllegalArgumentException(
          "a tensor cannot be named " + METADATA + ", which the safetensors format reserves");
    }
  }

  static SafeTensorsHeader read(MappedFile file) {
    if (file.size() < LENGTH_BYTES) {
      throw damaged(file, "a safetensors file has at least 8 bytes, this one has " + file.size());
    }
    long length = file.bytes().get(LONG_LE, 0);
    if (length < 2 || length > MAX_BYTES) {
      throw damaged(
          file,
          String.format(
              Locale.ROOT,
              "a safetensors header has 2 to %,d bytes, this one claims %s",
              MAX_BYTES,
              Long.toUnsignedString(length)));
    }
    if (length > file.size() - LENGTH_BYTES) {
      throw damaged(
          file,
          String.format(
              Locale.ROOT,
              "the header claims %,d bytes, but the file has %,d in all",
              length,
              file.size()));
    }
    var root =
        parse(file, file.bytes().asSlice(LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE));
    var entries = new LinkedHashMap<String, Entry>();
    var metadata = new LinkedHashMap<String, String>();
    for (var member : root.properties()) {
      if (member.getKey().equals(METADATA)) {
        readMetadata(file, member.getValue(), metadata);
      } else {
        entries.put(member.getKey(), entry(file, member.getKey(), member.getValue()));
      }
    }
    long dataOffset = LENGTH_BYTES + length;
    checkLayout(file, entries, file.size() - dataOffset);
    return new SafeTensorsHeader(entries, metadata, dataOffset);
  }

  /// The bytes of the header: length and JSON, padded with spaces so that the data begin at a
  /// multiple of 8.
  byte[] encode() {
    var root = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      var strings = root.putObject(METADATA);
      metadata.forEach(strings::put);
    }
    entries.forEach((name, entry) -> {
      var node = root.putObject(name);
      node.put("dtype", SafeTensorsDtypes.code(entry.dtype));
      var sizes = node.putArray("shape");
      for (long size : entry.shape.sizes()) {
        sizes.add(size);
      }
      node.putArray("data_offsets").add(entry.begin).add(entry.end);
    });
    var json = JSON.writeValueAsString(root).getBytes(UTF_8);
    var padded = (json.length + 7) / 8 * 8;
    var bytes = new byte[LENGTH_BYTES + padded];
    Arrays.fill(bytes, (byte) ' ');
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
    return bytes;
  }

  /// The names of the tensors in the order of their data in the file.
  List<String> namesByOffset() {
    return byOffset(entries).map(Map.Entry::getKey).toList();
  }

  private static Stream<Map.Entry<String, Entry>> byOffset(Map<String, Entry> entries) {
    var order =
        Comparator.comparingLong((Map.Entry<String, Entry> named) -> named.getValue().begin);
    return entries.entrySet().stream()
        .sorted(order.thenComparingLong(named -> named.getValue().end));
  }

  private static JsonNode parse(MappedFile file, byte[] json) {
    try {
      var text = UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
      var root = JSON.readTree(text);
      if (root.isObject()) {
        return root;
      }
    } catch (CharacterCodingException e) {
      throw damaged(file, "the header is not UTF-8 text");
    } catch (JacksonException e) {
      throw damaged(
          file, "the header is not valid JSON: " + quote(String.valueOf(e.getOriginalMessage())));
    }
    throw damaged(file, "the header is not a JSON object");
  }

  private static void readMetadata(MappedFile file, JsonNode node, Map<String, String> metadata) {
    for (var member : node.properties()) {
      if (!member.getValue().isString()) {
        throw damaged(file, "metadata %s is not a string".formatted(quote(member.getKey())));
      }
      metadata.put(member.getKey(), member.getValue().stringValue());
    }
    if (!node.isObject()) {
      throw damaged(file, "the metadata is not a JSON object");
    }
  }

  private static Entry entry(MappedFile file, String name, JsonNode node) {
    var dtypeNode = node.get("dtype");
    if (dtypeNode == null || !dtypeNode.isString()) {
      throw damaged(file, "tensor %s has no dtype".formatted(quote(name)));
    }
    var dtype = SafeTensorsDtypes.dtype(dtypeNode.stringValue());
    if (dtype == null) {
      throw new CheckpointException(
          file.path(),
          ("tensor %s has dtype %s, which is not supported; convert it to one of F64 F32 F16 "
                  + "BF16 F8_E4M3 F8_E5M2 F8_E8M0 I64 I32 I16 I8 U64 U32 U16 U8 C64 BOOL")
              .formatted(quote(name), quote(dtypeNode.stringValue())));
    }
    var sizes = numbers(file, name, "shape", node.get("shape"));
    var range = numbers(file, name, "data_offsets", node.get("data_offsets"));
    if (sizes.length > MAX_DIMS || range.length != 2) {
      throw damaged(
          file,
          "tensor %s has %s dimensions and %s data_offsets, expected at most %s and exactly 2"
              .formatted(quote(name), sizes.length, range.length, MAX_DIMS));
    }
    var shape = Shape.of(sizes);
    if (range[1] - range[0] != byteSize(file, name, dtype, shape)) {
      throw damaged(
          file,
          String.format(
              Locale.ROOT,
              "tensor %s, %s %s, needs %,d bytes but has data_offsets %s..%s",
              quote(name),
              dtype,
              shape,
              byteSize(file, name, dtype, shape),
              range[0],
              range[1]));
    }
    return new Entry(dtype, shape, range[0], range[1]);
  }

  private static long byteSize(MappedFile file, String name, DType dtype, Shape shape) {
    try {
      return Math.multiplyExact(shape.numel(), dtype.byteSize());
    } catch (ArithmeticException e) {
      throw damaged(
          file, "tensor %s of shape %s is larger than any memory".formatted(quote(name), shape));
    }
  }

  private static long[] numbers(MappedFile file, String name, String key, @Nullable JsonNode node) {
    if (node == null || !node.isArray()) {
      throw damaged(file, "tensor %s has no list %s".formatted(quote(name), key));
    }
    var numbers = new long[node.size()];
    for (int i = 0; i < numbers.length; i++) {
      var item = node.get(i);
      if (!item.isIntegralNumber() || !item.canConvertToLong() || item.longValue() < 0) {
        throw damaged(
            file,
            "tensor %s has %s in %s, expected whole numbers ≥ 0"
                .formatted(quote(name), quote(item.toString()), key));
      }
      numbers[i] = item.longValue();
    }
    return numbers;
  }

  /// The format allows neither gaps nor overlaps: sorted by offset, every tensor begins where the
  /// previous one ends, and the last ends with the file.
  private static void checkLayout(MappedFile file, Map<String, Entry> entries, long dataBytes) {
    long expected = 0;
    for (var named : byOffset(entries).toList()) {
      var entry = named.getValue();
      if (entry.begin != expected) {
        throw damaged(
            file,
            String.format(
                Locale.ROOT,
                "tensor %s begins at byte %,d of the data, expected %,d, where the previous one "
                    + "ends (%s)",
                quote(named.getKey()),
                entry.begin,
                expected,
                entry.begin < expected ? "they overlap" : "a gap"));
      }
      expected = entry.end;
    }
    if (expected != dataBytes) {
      throw damaged(
          file,
          String.format(
              Locale.ROOT,
              "the header describes %,d bytes of data, the file has %,d (%s)",
              expected,
              dataBytes,
              dataBytes < expected ? "it is truncated" : "too many"));
    }
  }

  private static CheckpointException damaged(MappedFile file, String problem) {
    return new CheckpointException(file.path(), problem + REMEDY);
  }
}
