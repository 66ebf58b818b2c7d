package toco.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static toco.files.QuotedText.quote;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The offsets of the entries in a ZIP archive, to use them in place. Names serve only as keys:
/// nothing is ever extracted. ZIP64 is supported; the contents of compressed and encrypted entries,
/// which torch.save does not write, cannot be used.
final class ZipDirectory {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int END_MAGIC = 0x06054b50;
  private static final int END_BYTES = 22;
  private static final int END64_MAGIC = 0x06064b50;
  private static final int END64_LOCATOR_MAGIC = 0x07064b50;
  private static final int END64_LOCATOR_BYTES = 20;
  private static final int CENTRAL_MAGIC = 0x02014b50;
  private static final int CENTRAL_BYTES = 46;
  private static final int LOCAL_MAGIC = 0x04034b50;
  private static final int LOCAL_BYTES = 30;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final long IN_EXTRA_FIELD = 0xFFFFFFFFL; // the value is in the ZIP64 extra field
  private static final int ZIP64_EXTRA = 1;
  private static final int MAX_ENTRIES = 1 << 20;

  /// An entry, whose content is `byteSize` bytes at `offset` of the file.
  ///
  /// @param isPlain whether these bytes are neither compressed nor encrypted
  record Entry(String name, long offset, long byteSize, long crc32, boolean isPlain) {}

  private final MappedFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /// The byte range of each entry's header and content: end by start.
  private final TreeMap<Long, Long> extents = new TreeMap<>();

  private ZipDirectory(MappedFile file) {
    this.file = file;
  }

  /// @throws CheckpointException if the archive is damaged or compressed
  static Map<String, Entry> read(MappedFile file) {
    var directory = new ZipDirectory(file);
    try {
      directory.readCentral();
    } catch (IndexOutOfBoundsException | ArithmeticException e) {
      throw directory.damaged("its directory points outside the file", e);
    }
    return directory.entries;
  }

  private void readCentral() {
    long end = findEnd();
    long count = u16(end + 10);
    long at = u32(end + 16);
    long locator = end - END64_LOCATOR_BYTES;
    if (locator >= 0 && i32(locator) == END64_LOCATOR_MAGIC) {
      long end64 = i64(locator + 8);
      if (i32(end64) != END64_MAGIC) {
        throw damaged("its ZIP64 directory is missing", null);
      }
      count = i64(end64 + 32);
      at = i64(end64 + 48);
    }
    if (count < 0 || count > MAX_ENTRIES) {
      throw damaged("it claims %s entries".formatted(count), null);
    }
    long directory = at;
    for (long i = 0; i < count; i++) {
      at = readEntry(at);
    }
    refuseOverlaps(directory);
  }

  private long findEnd() {
    long first = Math.max(0, file.size() - END_BYTES - MAX_COMMENT);
    for (long at = file.size() - END_BYTES; at >= first; at--) {
      if (i32(at) == END_MAGIC) {
        return at;
      }
    }
    throw damaged("it does not end with the directory of a ZIP archive (it is truncated)", null);
  }

  /// Reads the central entry at `at` and returns where the next one begins.
  private long readEntry(long at) {
    if (i32(at) != CENTRAL_MAGIC) {
      throw damaged("its directory is invalid", null);
    }
    int nameBytes = u16(at + 28);
    int extraBytes = u16(at + 30);
    long extra = at + CENTRAL_BYTES + nameBytes;
    var name =
        new String(
            file.bytes().asSlice(at + CENTRAL_BYTES, nameBytes).toArray(ValueLayout.JAVA_BYTE),
            UTF_8);
    boolean isPlain = (u16(at + 8) & 1) == 0 && u16(at + 10) == 0;
    var wide = new Zip64Field(extra, extra + extraBytes);
    long size = wide.resolve(u32(at + 24));
    long packed = wide.resolve(u32(at + 20));
    long local = wide.resolve(u32(at + 42));
    if (i32(local) != LOCAL_MAGIC) {
      throw damaged("entry %s is not where the directory says".formatted(quote(name)), null);
    }
    long data = local + LOCAL_BYTES + u16(local + 26) + u16(local + 28);
    if (packed < 0 || (isPlain && packed != size) || packed > file.size() - data) {
      throw damaged("entry %s is not inside the file".formatted(quote(name)), null);
    }
    if (entries.put(name, new Entry(name, data, packed, u32(at + 16), isPlain)) != null) {
      throw damaged("entry %s appears twice".formatted(quote(name)), null);
    }
    if (extents.put(local, data + packed) != null) {
      throw damaged("two of its entries overlap", null);
    }
    return extra + extraBytes + u16(at + 32);
  }

  /// With overlapping entries, a small file could describe a large amount of data.
  private void refuseOverlaps(long directory) {
    long end = 0;
    for (var extent : extents.entrySet()) {
      if (extent.getKey() < end) {
        throw damaged("two of its entries overlap", null);
      }
      end = extent.getValue();
    }
    if (end > directory) {
      throw damaged("an entry reaches into its directory", null);
    }
  }

  /// The 64-bit values that replace saturated 32-bit ones, in the order of the fields.
  private final class Zip64Field {
    private long at = -1;
    private long end;

    Zip64Field(long extra, long extraEnd) {
      for (long field = extra; field + 4 <= extraEnd; field += 4 + u16(field + 2)) {
        if (u16(field) == ZIP64_EXTRA) {
          at = field + 4;
          end = at + u16(field + 2);
          return;
        }
      }
    }

    long resolve(long narrow) {
      if (narrow != IN_EXTRA_FIELD) {
        return narrow;
      }
      if (at < 0 || at + 8 > end) {
        throw damaged("a ZIP64 size is missing", null);
      }
      at += 8;
      return i64(at - 8);
    }
  }

  private int u16(long at) {
    return file.bytes().get(SHORT, at) & 0xFFFF;
  }

  private int i32(long at) {
    return file.bytes().get(INT, at);
  }

  private long u32(long at) {
    return i32(at) & 0xFFFFFFFFL;
  }

  private long i64(long at) {
    return file.bytes().get(LONG, at);
  }

  private CheckpointException damaged(String problem, @Nullable Throwable cause) {
    return new CheckpointException(
        file.path(), "is a damaged ZIP archive: " + problem + "; download or save it again", cause);
  }
}
