package toco.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Off-heap memory that is used again and again, and grows when more is asked for than it has.
///
/// Some headroom keeps images of similar size from growing it one by one. What an unusually large
/// image took is given back at the next ordinary one.
final class GrownMemory implements AutoCloseable {
  /// More than this is not kept for later images: 64 MiB, an image of 22 million pixels.
  static final long KEPT_BYTES = 64L << 20;

  private static final long HEADROOM_BYTES = 4L << 20;
  private static final int ALIGNMENT = 64;

  private final Supplier<Arena> arenas;
  private @Nullable Arena arena;
  private MemorySegment memory = MemorySegment.NULL;
  private long growths;

  /// @param arenas makes the arena of each piece of memory; it is closed when a larger one replaces
  ///   it
  GrownMemory(Supplier<Arena> arenas) {
    this.arenas = arenas;
  }

  /// Memory of just this size, with any content. It is valid until the next call.
  ///
  /// @param bytes 0 or more
  MemorySegment take(long bytes) {
    long capacity = memory.byteSize();
    if (bytes > capacity || (capacity > KEPT_BYTES && bytes <= KEPT_BYTES)) {
      close();
      var fresh = arenas.get();
      arena = fresh;
      memory = fresh.allocate(bytes + Math.min(bytes / 4, HEADROOM_BYTES), ALIGNMENT);
      growths++;
    }
    return memory.asSlice(0, bytes);
  }

  long capacityBytes() {
    return memory.byteSize();
  }

  /// How often memory was allocated.
  long growths() {
    return growths;
  }

  /// Frees the memory; a later [#take] starts anew.
  @Override
  public void close() {
    memory = MemorySegment.NULL;
    if (arena != null) {
      arena.close();
      arena = null;
    }
  }
}
