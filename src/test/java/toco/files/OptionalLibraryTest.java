package toco.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import toco.ClassPlaces;

class OptionalLibraryTest {
  /// Their names are those that the libraries have.
  @ParameterizedTest
  @EnumSource
  void noneIsMissingWhereAllAreOnTheClassPath(OptionalLibrary library) {
    assertEquals(Optional.empty(), library.missing());
  }

  @ParameterizedTest
  @EnumSource
  void aMissingOneIsNamedWithTheRemedy(OptionalLibrary library)
      throws IOException, ReflectiveOperationException {
    var places = new URL[] {ClassPlaces.of(OptionalLibrary.class).toUri().toURL()};
    try (var alone = new URLClassLoader(places, ClassLoader.getPlatformClassLoader())) {
      var type = alone.loadClass(OptionalLibrary.class.getName());
      var constant = type.getField(library.name()).get(null);
      var missing = (Optional<?>) type.getMethod("missing").invoke(constant);
      var text = missing.orElseThrow().toString();
      assertTrue(text.contains("is not there; add it to the dependencies"), text);
      assertTrue(text.matches("the library [a-z.]+:[a-z-]+ .*--add-modules [a-z.]+\\)"), text);
    }
  }
}
