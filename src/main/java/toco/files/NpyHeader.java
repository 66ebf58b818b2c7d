package toco.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/// The header of a `.npy` file: the format's version 1, 2 or 3, then a Python dict of three
/// entries.
///
/// @param descr numpy's name of the element type, such as `<f4`
/// @param fortranOrder whether the first dimension varies fastest
/// @param sizes of the array's dimensions; not copied
@SuppressWarnings("ArrayRecordComponent") // read within this package alone
record NpyHeader(String descr, boolean fortranOrder, long... sizes) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int MAX_BYTES = 1 << 16; // of three short entries
  private static final int MAX_DIMS = 32;

  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9L,\\s]*)\\)");

  /// Reads from the channel's position to the first number.
  ///
  /// @throws IOException if this is not a header; the message is to follow a file's name
  static NpyHeader read(FileChannel channel) throws IOException {
    var start = read(channel, MAGIC.length + 2);
    for (byte expected : MAGIC) {
      if (start.get() != expected) {
        throw new IOException("not a .npy file; write one with numpy.save");
      }
    }
    int major = start.get();
    if (major < 1 || major > 3) {
      throw new IOException(
          "the .npy format's version must be 1 to 3, got %s; write it with numpy.save"
              .formatted(major));
    }
    int length =
        major == 1 ? read(channel, 2).getShort() & 0xFFFF : read(channel, Integer.BYTES).getInt();
    if (length < 0 || length > MAX_BYTES) {
      throw new IOException("the header is damaged: it claims %s bytes".formatted(length));
    }
    return parse(StandardCharsets.UTF_8.decode(read(channel, length)).toString());
  }

  /// Version 1 of the format, padded so that the numbers after it are aligned.
  byte[] encode() {
    var shape = LongStream.of(sizes).mapToObj(Long::toString).collect(Collectors.joining(", "));
    var dict =
        "{'descr': '%s', 'fortran_order': %s, 'shape': (%s%s), }"
            .formatted(descr, fortranOrder ? "True" : "False", shape, sizes.length == 1 ? "," : "");
    int unpadded = MAGIC.length + 4 + dict.length() + 1;
    int padding = (ALIGNMENT - unpadded % ALIGNMENT) % ALIGNMENT;
    var text = dict + " ".repeat(padding) + "\n";
    return ByteBuffer.allocate(unpadded + padding)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .put((byte) 1)
        .put((byte) 0)
        .putShort((short) text.length())
        .put(text.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /// The product of the sizes.
  ///
  /// @throws IOException if no memory could hold that many
  long elements() throws IOException {
    try {
      return Arrays.stream(sizes).reduce(1, Math::multiplyExact);
    } catch (ArithmeticException e) {
      throw new IOException("the header is damaged: shape " + Arrays.toString(sizes), e);
    }
  }

  private static NpyHeader parse(String dict) throws IOException {
    var descr = DESCR.matcher(dict);
    var order = ORDER.matcher(dict);
    var shape = SHAPE.matcher(dict);
    if (!descr.find() || !order.find() || !shape.find()) {
      throw new IOException(
          "expected one array of plain numbers, got the header "
              + dict.strip().substring(0, Math.min(200, dict.strip().length())));
    }
    return new NpyHeader(descr.group(1), order.group(1).equals("True"), sizes(shape.group(1)));
  }

  private static long[] sizes(String tuple) throws IOException {
    List<Long> sizes = new ArrayList<>();
    try {
      for (var size : tuple.split(",", -1)) {
        if (!size.isBlank()) {
          sizes.add(Long.parseLong(size.strip().replaceAll("L$", ""))); // as Python 2 wrote them
        }
      }
    } catch (NumberFormatException e) {
      throw new IOException("the header is damaged: shape (%s)".formatted(tuple), e);
    }
    if (sizes.size() > MAX_DIMS) {
      throw new IOException("the header is damaged: %s dimensions".formatted(sizes.size()));
    }
    return sizes.stream().mapToLong(Long::longValue).toArray();
  }

  private static ByteBuffer read(FileChannel channel, int bytes) throws IOException {
    var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer) < 0) {
        throw new IOException("the file ends within its header; write it again with numpy.save");
      }
    }
    return buffer.flip();
  }
}
