package toco.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads one of an enum's values as written in the help, ignoring case.
///
/// @param values all of them
record Choice<E extends Enum<E>>(Class<E> values) implements ITypeConverter<E> {
  @Override
  public E convert(String text) {
    return Arrays.stream(values.getEnumConstants())
        .filter(value -> written(value).equalsIgnoreCase(text.strip()))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                Arrays.stream(values.getEnumConstants())
                    .map(Choice::written)
                    .collect(Collectors.joining(", ", "expected ", ", got '" + text + "'"))));
  }

  private static String written(Enum<?> value) {
    return value.toString().toLowerCase(Locale.ROOT);
  }
}
