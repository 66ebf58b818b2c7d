package toco.config;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A configuration key, declared by a component of a section record.
///
/// @param name dotted (`train.warmupIters`)
/// @param type the component's type
/// @param nullable whether the value may be `null` ("absent")
/// @param defaultText the default as a YAML file would write it
/// @param recipes that it belongs to; empty: all
record Key(String name, Type type, boolean nullable, String defaultText, Set<RecipeName> recipes) {

  /// Every key by its dotted name, in the order of the records.
  static final Map<String, Key> ALL = declaredIn(Config.class, "", Set.of());

  /// @param recipes that the section belongs to; empty: all
  private static Map<String, Key> declaredIn(
      Class<?> section, String prefix, Set<RecipeName> recipes) {
    var keys = new LinkedHashMap<String, Key>();
    for (var component : section.getRecordComponents()) {
      var name = prefix + component.getName();
      var own = component.getAnnotation(OnlyFor.class);
      Set<RecipeName> its = own == null ? recipes : EnumSet.copyOf(List.of(own.value()));
      if (component.getType().isRecord() && !component.isAnnotationPresent(Default.class)) {
        keys.putAll(declaredIn(component.getType(), name + ".", its));
      } else {
        keys.put(name, declaredBy(component, name, its));
      }
    }
    return keys;
  }

  private static Key declaredBy(RecordComponent component, String name, Set<RecipeName> recipes) {
    var standard = component.getAnnotation(Default.class);
    if (standard == null) {
      throw new IllegalStateException(name + " has no @Default; add one to its component");
    }
    AnnotatedType type = component.getAnnotatedType();
    boolean nullable = type.isAnnotationPresent(Nullable.class);
    return new Key(name, component.getGenericType(), nullable, standard.value(), recipes);
  }

  /// Whether the name is that of a section, such as `train` or `data.synthetic`.
  static boolean isSection(String name) {
    return sections().anyMatch(name::equals);
  }

  private static Stream<String> sections() {
    return ALL.keySet().stream()
        .flatMap(key -> Stream.iterate(parent(key), s -> !s.isEmpty(), Key::parent))
        .distinct();
  }

  private static String parent(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('.')));
  }

  /// Whether the value is text, which `--set` takes literally.
  boolean isText() {
    return type == String.class || type == Path.class;
  }

  /// What the value must be: "an integer", "one of float32, tf32, bfloat16".
  String expected() {
    return expected(type) + (nullable ? " or null" : "");
  }

  private static String expected(Type type) {
    return switch (type) {
      case ParameterizedType list -> expectedList(list.getActualTypeArguments()[0]);
      case Class<?> c when c == int.class || c == Integer.class -> "an integer";
      case Class<?> c when c == long.class -> "an integer";
      case Class<?> c when c == double.class || c == Double.class -> "a number";
      case Class<?> c when c == boolean.class || c == Boolean.class -> "true or false";
      case Class<?> c when c == Path.class -> "a path";
      case Class<?> c when c == String.class -> "text";
      case Class<?> c when c == DeviceChoice.class -> DeviceChoice.EXPECTED;
      case Class<?> c when c == FrozenBlocks.class -> FrozenBlocks.EXPECTED;
      case Class<?> c when c == PixelWindow.class -> PixelWindow.EXPECTED;
      case Class<?> c when c.isEnum() -> "one of " + constants(c);
      default -> throw new IllegalStateException("no configuration key can be a " + type);
    };
  }

  private static String expectedList(Type element) {
    if (element == Double.class) {
      return "a list of numbers, such as [1, 0.5]";
    }
    return element == Integer.class
        ? "a list of integers, such as [1, 2]"
        : "a list of texts, such as [cat, dog]";
  }

  private static String constants(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(Object::toString)
        .collect(Collectors.joining(", "));
  }

  /// The known key that a misspelt one most likely means: similar in spelling, in the same section
  /// or in another.
  static Optional<String> closestTo(String unknown) {
    return Stream.concat(ALL.keySet().stream(), sections())
        .filter(key -> distance(unknown, key) <= Math.max(2, lastName(unknown).length() / 3))
        .min(Comparator.comparingInt(key -> distance(unknown, key)));
  }

  /// Edits between two keys, ignoring case and separators; a wrong section counts as one edit.
  private static int distance(String a, String b) {
    int whole = Spelling.edits(letters(a), letters(b));
    return Math.min(whole, 1 + Spelling.edits(letters(lastName(a)), letters(lastName(b))));
  }

  private static String firstName(String key) {
    int dot = key.indexOf('.');
    return dot < 0 ? key : key.substring(0, dot);
  }

  private static String lastName(String key) {
    return key.substring(key.lastIndexOf('.') + 1);
  }

  private static String letters(String key) {
    return key.replaceAll("[_-]", "").toLowerCase(Locale.ROOT);
  }

  /// The keys directly in a section (or the sections, for the empty name), for error messages.
  static List<String> namesIn(String section) {
    var prefix = section.isEmpty() ? "" : section + ".";
    return ALL.keySet().stream()
        .filter(key -> key.startsWith(prefix))
        .map(key -> firstName(key.substring(prefix.length())))
        .distinct()
        .toList();
  }
}
