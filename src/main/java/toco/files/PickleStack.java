package toco.files;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The objects that a pickle has made and not yet put into a container, with marks between them.
final class PickleStack {
  private static final Object MARK = new Object();

  private final int max;
  private @Nullable Object[] objects;
  private int size;

  /// @param max how many objects and marks there may be
  PickleStack(int max) {
    this.max = max;
    objects = new Object[Math.min(64, max)];
  }

  void pushMark() {
    push(MARK);
  }

  void push(Object value) {
    if (size == objects.length) {
      if (size >= max) {
        throw new IllegalArgumentException(
            String.format(Locale.ROOT, "a pickle with more than %,d unfinished objects", max));
      }
      objects = Arrays.copyOf(objects, Math.min(max, 2 * size));
    }
    objects[size++] = value;
  }

  /// The last object, which stays.
  Object top() {
    var value = size == 0 ? null : objects[size - 1];
    if (value == null || value == MARK) {
      throw takesMoreThanItHas();
    }
    return value;
  }

  Object pop() {
    var value = top();
    objects[--size] = null;
    return value;
  }

  /// The last `count` objects, in the order in which they were pushed.
  Object[] popLast(int count) {
    var items = new Object[count];
    for (int i = count - 1; i >= 0; i--) {
      items[i] = pop();
    }
    return items;
  }

  /// All objects after the last mark, in the order in which they were pushed.
  Object[] popToMark() {
    int mark = size - 1;
    while (mark >= 0 && objects[mark] != MARK) {
      mark--;
    }
    if (mark < 0) {
      throw takesMoreThanItHas();
    }
    var items = popLast(size - 1 - mark);
    objects[--size] = null;
    return items;
  }

  private static IllegalArgumentException takesMoreThanItHas() {
    return new IllegalArgumentException("a pickle that takes more objects than it has made");
  }
}
