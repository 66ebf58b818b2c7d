package toco.files;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The objects to which a pickle may refer again, by index. Pickles number them from 0 upwards.
final class PickleMemo {
  private final int max;
  private @Nullable Object[] objects = new Object[64];
  private int count;

  /// @param max how many objects there may be, and how large an index
  PickleMemo(int max) {
    this.max = max;
  }

  /// The index that the opcode MEMOIZE uses.
  int nextIndex() {
    return count;
  }

  void put(int index, Object value) {
    if (index < 0 || index >= max) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "a pickle with more than %,d remembered objects", max));
    }
    if (index >= objects.length) {
      int doubled = Math.max(index + 1, 2 * objects.length);
      objects = Arrays.copyOf(objects, Math.min(max, doubled)); // index < max
    }
    if (objects[index] == null) {
      count++;
    }
    objects[index] = value;
  }

  Object get(int index) {
    var value = index < 0 || index >= objects.length ? null : objects[index];
    if (value == null) {
      throw new IllegalArgumentException("a reference to an object that has not been read yet");
    }
    return value;
  }
}
