package toco.data;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An array of numbers or pickled objects, as `numpy.save` writes it.
///
/// @param header the file's description of the array
/// @param array its contents
/// @param globals the allowance for copies of a pickle's values; null: not pickled
record NumpyFile(String header, NumpyValue.NdArray array, @Nullable NumpyGlobals globals) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");

  /// Reads the bytes of a file.
  ///
  /// @throws IllegalArgumentException with a message that completes "it holds …"
  /// @throws RuntimeException if the file is damaged or cut off
  static NumpyFile read(byte[] bytes) {
    var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (byte expected : MAGIC) {
      if (in.get() != expected) {
        throw new IllegalArgumentException("no numpy array");
      }
    }
    int major = in.get();
    in.get();
    int headerLength = major == 1 ? in.getShort() & 0xFFFF : in.getInt();
    int headerStart = in.position();
    if (headerLength < 0 || headerLength > in.remaining()) {
      throw new BufferUnderflowException();
    }
    in.position(headerStart + headerLength);
    var header = new String(bytes, headerStart, headerLength, StandardCharsets.UTF_8).strip();
    if (header.contains("'|O'")) {
      var pickled = NumpyGlobals.read(in);
      if (!(pickled.object() instanceof NumpyValue.NdArray array)) {
        throw new IllegalArgumentException("something other than a dict");
      }
      return new NumpyFile(header, array, pickled.globals());
    }
    return new NumpyFile(header, plain(header, bytes, in.position()), null);
  }

  private static NumpyValue.NdArray plain(String header, byte[] bytes, int start) {
    var descr = DESCR.matcher(header);
    var shape = SHAPE.matcher(header);
    if (!descr.find() || !shape.find()) {
      throw new IllegalArgumentException("an array of records: " + header);
    }
    List<Long> sizes =
        Stream.of(shape.group(1).split(",", -1))
            .map(String::strip)
            .filter(size -> !size.isEmpty())
            .map(Long::valueOf)
            .toList();
    var array = new NumpyValue.NdArray();
    array.set(
        sizes,
        new NumpyValue.DType(descr.group(1)),
        Arrays.copyOfRange(bytes, start, bytes.length));
    return array;
  }

  boolean isPickled() {
    return globals != null;
  }

  /// Counts bytes that are copied from the values, see [NumpyGlobals#countCopy].
  void countCopy(long bytes) {
    if (globals != null) {
      globals.countCopy(bytes);
    }
  }
}
