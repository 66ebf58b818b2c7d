package toco.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reusable off-heap memory that grows on demand.
///
/// It grows with some headroom, so that images of similar size do not each cause an allocation.
/// Memory of an unusually large image is freed at the next smaller one.
final class GrowableMemory implements AutoCloseable {
  /// Larger memory is not kept for later images: 64 MiB, an image of 22 million pixels.
  static final long MAX_KEPT_BYTES = 64L << 20;

  private static final long HEADROOM_BYTES = 4L << 20;
  private static final int ALIGNMENT = 64;

  private final Supplier<Arena> arenas;
  private @Nullable Arena arena;
  private MemorySegment memory = MemorySegment.NULL;
  private long growths;

  /// @param arenas creates the arena of each allocation, which is closed when a new one replaces it
  GrowableMemory(Supplier<Arena> arenas) {
    this.arenas = arenas;
  }

  /// Memory of exactly this size with undefined content, valid until the next call.
  ///
  /// @param bytes 0 or more
  MemorySegment take(long bytes) {
    long capacity = memory.byteSize();
    if (bytes > capacity || (capacity > MAX_KEPT_BYTES && bytes <= MAX_KEPT_BYTES)) {
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

  /// Number of allocations so far.
  long growths() {
    return growths;
  }

  /// Frees the memory; a later [#take] allocates again.
  @Override
  public void close() {
    memory = MemorySegment.NULL;
    if (arena != null) {
      arena.close();
      arena = null;
    }
  }
}
