package toco.files;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;

/// Checks the types of values that were read from a pickle.
public final class PickleValues {
  private PickleValues() {}

  /// The value as this type.
  ///
  /// @throws IllegalArgumentException if it is of another type, as in "it holds …"
  public static <T> T expect(Object value, Class<T> type) {
    if (!type.isInstance(value)) {
      throw new IllegalArgumentException(
          "an unexpected %s (expected %s)".formatted(name(value.getClass()), name(type)));
    }
    return type.cast(value);
  }

  /// An entry of a tuple as this type.
  ///
  /// @throws IllegalArgumentException if there is no such entry, or it is of another type
  public static <T> T argument(List<?> arguments, int index, Class<T> type) {
    if (index >= arguments.size()) {
      throw new IllegalArgumentException(
          "a tuple of %s entries (expected more)".formatted(arguments.size()));
    }
    return expect(arguments.get(index), type);
  }

  /// The name of Python's type.
  private static String name(Class<?> type) {
    if (List.class.isAssignableFrom(type)) {
      return "list or tuple";
    }
    if (Map.class.isAssignableFrom(type)) {
      return "dict";
    }
    if (type == Long.class || type == BigInteger.class) {
      return "integer";
    }
    if (type == Double.class) {
      return "float";
    }
    if (type == Boolean.class) {
      return "bool";
    }
    if (type == String.class) {
      return "string";
    }
    return type == byte[].class ? "bytes" : type.getSimpleName();
  }
}
