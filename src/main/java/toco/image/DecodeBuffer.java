package toco.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/// Reads and decodes images into its own memory, which every image reuses. Once the memory has
/// grown to the largest image, TurboJPEG decodes JPEG files without allocating anything but a few
/// small objects. [ImageDecoder] describes the result.
///
/// Not thread-safe: use one per worker. Another thread may close it.
///
/// ```java
/// try (var buffer = new DecodeBuffer()) {
///   for (Path file : files) {
///     use(buffer.decode(file)); // valid until the next decode
///   }
/// }
/// ```
public final class DecodeBuffer implements AutoCloseable {
  private final GrowableMemory encoded;
  private final GrowableMemory pixels;
  private final GrowableMemory scratch;
  private final GrowableMemory stored; // before it is turned
  private final ReadOptions options;
  private final LongFunction<MemorySegment> ownMemory;
  private final JpegDecoder jpeg;
  private boolean closed;

  /// An empty buffer that decodes JPEG with the library of [JpegChoice#ofProcess].
  ///
  /// @throws IllegalStateException if that library is required and not installed
  public DecodeBuffer() {
    this(ReadOptions.STANDARD);
  }

  /// The same with other options.
  public DecodeBuffer(ReadOptions options) {
    this(options, JpegChoice.ofProcess(), Arena::ofShared);
  }

  DecodeBuffer(JpegChoice choice) {
    this(ReadOptions.STANDARD, choice, Arena::ofShared);
  }

  /// @param arenas creates the arenas of its memory
  DecodeBuffer(ReadOptions options, JpegChoice choice, Supplier<Arena> arenas) {
    this.options = options;
    encoded = new GrowableMemory(arenas);
    pixels = new GrowableMemory(arenas);
    scratch = new GrowableMemory(arenas);
    stored = new GrowableMemory(arenas);
    ownMemory = pixels::take;
    jpeg = choice.open();
  }

  /// Decodes a file into the buffer's memory.
  ///
  /// @param file an image; recognised by its content, not its name
  /// @return pixels that are valid until the next decode or [#close]
  /// @throws ImageException if the file is missing, truncated or not an image of these kinds
  public RgbImage decode(Path file) {
    return decode(file, ownMemory);
  }

  /// Decodes a file into memory of the caller, such as pinned memory for copies to a GPU.
  ///
  /// @param memory allocates native memory of at least so many bytes; called once. After an error
  ///   the content of the memory is undefined
  /// @return pixels in that memory, whose lifetime the caller controls
  /// @throws ImageException if the file is missing, truncated or not an image of these kinds
  public RgbImage decode(Path file, LongFunction<MemorySegment> memory) {
    requireOpen();
    return decodeContent(ImageFile.read(file, encoded), file.toString(), memory);
  }

  /// Decodes an encoded image in memory.
  RgbImage decode(byte[] content, String source, LongFunction<MemorySegment> memory) {
    requireOpen();
    var copy = encoded.take(content.length);
    copy.copyFrom(MemorySegment.ofArray(content));
    return decodeContent(copy, source, memory);
  }

  private RgbImage decodeContent(
      MemorySegment file, String source, LongFunction<MemorySegment> memory) {
    int orientation =
        options.isTurned() ? ExifOrientation.of(file, options.page()) : ExifOrientation.UPRIGHT;
    if (orientation == ExifOrientation.UPRIGHT) {
      return decodeStored(file, source, memory);
    }
    var image = decodeStored(file, source, stored::take);
    return ExifOrientation.turn(image, orientation, bytes -> exactly(bytes, memory));
  }

  private RgbImage decodeStored(
      MemorySegment file, String source, LongFunction<MemorySegment> memory) {
    if (JpegMarkers.isJpeg(file)) {
      var header = JpegHeader.parse(file, source);
      int width = header.widthPx();
      int height = header.heightPx();
      ImageDecoder.checkMemory(source, width, height, header.decodingBytes());
      var rgb = exactly(3L * width * height, memory);
      jpeg.decode(file, header, source, rgb, scratch);
      return new RgbImage(rgb, width, height);
    }
    if (PngRaster.isPng(file)) {
      return PngRaster.decodeRgb(file, source, options.window(), bytes -> exactly(bytes, memory));
    }
    var samples = OtherImage.of(file, source, options.page()).samples();
    return SampleColours.toRgb(samples, options.window(), bytes -> exactly(bytes, memory));
  }

  private static MemorySegment exactly(long bytes, LongFunction<MemorySegment> memory) {
    var given = memory.apply(bytes);
    if (!given.isNative() || given.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "expected native memory of at least %s bytes to decode into, got %s"
              .formatted(bytes, given));
    }
    return given.byteSize() == bytes ? given : given.asSlice(0, bytes);
  }

  /// Bytes of native memory that the buffer currently holds.
  public long capacityBytes() {
    return encoded.capacityBytes()
        + pixels.capacityBytes()
        + scratch.capacityBytes()
        + stored.capacityBytes();
  }

  /// Number of times that the buffer has allocated native memory; images that fit do not count.
  public long growths() {
    return encoded.growths() + pixels.growths() + scratch.growths() + stored.growths();
  }

  /// Frees the memory and the pixels in it. A second call does nothing.
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      encoded.close();
      pixels.close();
      scratch.close();
      stored.close();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the decode buffer is closed");
    }
  }
}
