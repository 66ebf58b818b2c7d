package toco.image.formats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The tags of one page of a TIFF or BigTIFF file. Values are in the file until they are asked for.
final class TiffDirectory {
  private static final int CLASSIC = 42;
  private static final int BIG = 43;
  private static final int SHORT = 3;
  private static final int[] TYPE_BYTES = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};

  private final Bytes bytes;
  private final boolean isBig;
  private final Map<Integer, Entry> entries = new LinkedHashMap<>();

  /// @param at of the value
  private record Entry(int tag, int type, long count, long at) {
    long byteSize() {
      return count * TYPE_BYTES[type];
    }
  }

  private TiffDirectory(Bytes bytes, boolean isBig) {
    this.bytes = bytes;
    this.isBig = isBig;
  }

  static boolean isTiff(MemorySegment file) {
    return Bytes.startsWith(file, 0, "II*\0")
        || Bytes.startsWith(file, 0, "MM\0*")
        || Bytes.startsWith(file, 0, "II+\0")
        || Bytes.startsWith(file, 0, "MM\0+");
  }

  /// The first value of a tag in the first directory, which may be cut off, as EXIF data sometimes
  /// are.
  static long number(MemorySegment file, int tag, long standard) throws FormatException {
    var directory = new TiffDirectory(bytes(file), false);
    long at = directory.bytes.u32(4);
    int count = directory.bytes.u16(at);
    for (int i = 0; i < count && directory.bytes.holds(at + 2 + 12L * i, 12); i++) {
      directory.readEntry(at + 2 + 12L * i);
    }
    return directory.number(tag, standard);
  }

  private static Bytes bytes(MemorySegment file) {
    var order = Bytes.startsWith(file, 0, "II") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    return new Bytes(file, order, "TIFF");
  }

  /// @param page from 1
  static TiffDirectory read(MemorySegment file, int page) throws FormatException {
    var bytes = bytes(file);
    int version = bytes.u16(2);
    boolean isBig = version == BIG;
    if (version != CLASSIC && !isBig) {
      throw FormatException.damaged("TIFF", "its version is " + version);
    }
    long at = isBig ? bytes.u64(8) : bytes.u32(4);
    var seen = new HashSet<Long>(); // a damaged file may point back
    for (int number = 1; at != 0 && seen.add(at); number++) {
      var directory = new TiffDirectory(bytes, isBig);
      long next = directory.readEntries(at, number == page);
      if (number == page) {
        return directory;
      }
      at = next;
    }
    if (seen.isEmpty()) {
      throw FormatException.damaged("TIFF", "it has no page");
    }
    throw new FormatException(
        "it has %s, and page %s is asked for"
            .formatted(seen.size() == 1 ? "1 page" : seen.size() + " pages", page),
        "set data.page to one that it has");
  }

  /// @return where the next directory is; 0: there is none
  private long readEntries(long at, boolean isWanted) throws FormatException {
    long count = isBig ? bytes.u64(at) : bytes.u16(at);
    long first = at + (isBig ? 8 : 2);
    int size = isBig ? 20 : 12;
    long end = first + Math.min(count, bytes.size()) * size;
    if (count == 0 || !bytes.holds(end, isBig ? 8 : 4)) {
      throw FormatException.truncated("TIFF");
    }
    for (long i = 0; isWanted && i < count; i++) {
      readEntry(first + i * size);
    }
    return isBig ? bytes.u64(end) : bytes.u32(end);
  }

  /// Entries of unknown types, or with values outside of the file, are left out.
  private void readEntry(long at) throws FormatException {
    int tag = bytes.u16(at);
    int type = bytes.u16(at + 2);
    long count = isBig ? bytes.u64(at + 4) : bytes.u32(at + 4);
    long value = at + (isBig ? 12 : 8);
    if (type >= TYPE_BYTES.length || TYPE_BYTES[type] == 0 || count < 1 || count > bytes.size()) {
      return;
    }
    long size = count * TYPE_BYTES[type];
    if (size > (isBig ? 8 : 4)) {
      value = isBig ? bytes.u64(value) : bytes.u32(value);
    }
    if (bytes.holds(value, size)) {
      entries.putIfAbsent(tag, new Entry(tag, type, count, value));
    }
  }

  boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /// The first value of a tag.
  long number(int tag, long standard) throws FormatException {
    var entry = entries.get(tag);
    return entry == null ? standard : number(entry, 0);
  }

  /// The first `most` values of a tag; null if it is absent.
  long @Nullable [] numbers(int tag, long most) throws FormatException {
    var entry = entries.get(tag);
    if (entry == null) {
      return null;
    }
    var numbers = new long[(int) Math.min(entry.count, most)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(entry, i);
    }
    return numbers;
  }

  private long number(Entry entry, int i) throws FormatException {
    long at = entry.at + (long) i * TYPE_BYTES[entry.type];
    return switch (TYPE_BYTES[entry.type]) {
      case 1 -> bytes.u8(at);
      case 2 -> bytes.u16(at);
      case 4 -> bytes.u32(at);
      default -> bytes.u64(at);
    };
  }

  /// The file with a single page of only some tags, for a library that would read all of them.
  ///
  /// @param tags to keep, in ascending order, with at most so many values
  /// @param replaced values of tags, of one number each
  PartsInput only(Map<Integer, Long> tags, Map<Integer, Integer> replaced) throws FormatException {
    var kept = new ArrayList<Entry>();
    for (var entry : entries.values()) {
      var most = tags.get(entry.tag);
      if (most != null) {
        kept.add(new Entry(entry.tag, entry.type, Math.min(entry.count, most), entry.at));
      }
    }
    kept.sort(Comparator.comparingInt(Entry::tag));
    long start = bytes.size() + bytes.size() % 2;
    int size = isBig ? 20 : 12;
    int inline = isBig ? 8 : 4;
    int valuesAt = (isBig ? 8 : 2) + kept.size() * size + inline;
    long most = valuesAt;
    for (var entry : kept) {
      most += entry.byteSize() + 1;
    }
    var out = ByteBuffer.allocate(Math.toIntExact(most + 1)).order(bytes.order());
    out.position((int) (start - bytes.size()));
    var directory = out.slice().order(bytes.order());
    if (isBig) {
      directory.putLong(kept.size());
    } else {
      directory.putShort((short) kept.size());
    }
    int end = valuesAt;
    for (var entry : kept) {
      var other = replaced.get(entry.tag);
      byte[] value =
          other == null
              ? bytes.part(entry.at, entry.byteSize()).toArray(ValueLayout.JAVA_BYTE)
              : ByteBuffer.allocate(2).order(bytes.order()).putShort(other.shortValue()).array();
      directory.putShort((short) entry.tag).putShort((short) (other == null ? entry.type : SHORT));
      long count = other == null ? entry.count : 1;
      if (isBig) {
        directory.putLong(count);
      } else {
        directory.putInt((int) count);
      }
      if (value.length <= inline) {
        directory.put(Arrays.copyOf(value, inline));
      } else {
        if (isBig) {
          directory.putLong(start + end);
        } else {
          directory.putInt((int) (start + end));
        }
        directory.put(end, value);
        end += value.length + value.length % 2;
      }
    }
    var head = bytes.part(0, isBig ? 16 : 8).toArray(ValueLayout.JAVA_BYTE);
    var offset = ByteBuffer.wrap(head).order(bytes.order());
    if (isBig) {
      offset.putLong(8, start);
    } else {
      offset.putInt(4, (int) start);
    }
    return new PartsInput(
        MemorySegment.ofArray(head),
        bytes.part(head.length, bytes.size() - head.length),
        MemorySegment.ofArray(out.array()));
  }
}
