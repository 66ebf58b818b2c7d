package toco.files;

/// Bounds on the memory that reading a pickle may take.
///
/// @param maxUnfinished objects on the stack, waiting to be put into a container
/// @param maxRemembered objects in the memo, to which the pickle may refer again
/// @param maxObjects objects in total; a list or dict counts as four for its memory
public record PickleLimits(int maxUnfinished, int maxRemembered, int maxObjects) {
  private static final int BASE = 1 << 16;
  private static final int MAX = 1 << 25; // about a gigabyte

  /// Bounds in proportion to the size of the pickle, so that reading takes at most some 16 times
  /// its bytes. A dict of arrays takes at least two bytes per object, four per remembered one and
  /// sixteen per unfinished one: one entry with the shortest possible name and array has 16
  /// objects, 8 remembered and 2 unfinished ones in 39 bytes.
  public static PickleLimits inProportionTo(long bytes) {
    return new PickleLimits(bounded(bytes / 16), bounded(bytes / 4), bounded(bytes / 2));
  }

  private static int bounded(long count) {
    return (int) Math.min(MAX, BASE + count);
  }
}
