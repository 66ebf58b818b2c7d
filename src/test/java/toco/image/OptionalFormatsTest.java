package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Without the optional libraries, everything but the pixels of TIFF and WebP is read.
class OptionalFormatsTest {
  /// The class path without some jars.
  private static URLClassLoader without(String name) throws IOException {
    var places = new ArrayList<URL>();
    for (var place : System.getProperty("java.class.path").split(File.pathSeparator)) {
      if (!place.contains(name)) {
        places.add(Path.of(place).toUri().toURL());
      }
    }
    return new URLClassLoader(places.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
  }

  private static Method method(URLClassLoader loader, String type, Class<?>... parameters)
      throws ReflectiveOperationException {
    return loader
        .loadClass("toco.image." + type)
        .getMethod(type.equals("ImageSize") ? "read" : "decode", parameters);
  }

  @ParameterizedTest
  @CsvSource({"rgb8.tif, TIFF, imageio-tiff", "lossless.webp, WebP, imageio-webp"})
  void aMissingLibraryIsNamedWithTheRemedy(String name, String format, String artifact)
      throws IOException, ReflectiveOperationException {
    var file = Resources.path("format-cases/" + name);
    try (var loader = without("twelvemonkeys")) {
      assertEquals(
          "ImageSize[widthPx=41, heightPx=30]",
          method(loader, "ImageSize", Path.class).invoke(null, file).toString());
      var decode = method(loader, "ImageDecoder", Path.class, Arena.class);
      var thrown =
          assertThrows(
              InvocationTargetException.class, () -> decode.invoke(null, file, Arena.ofAuto()));
      var message = String.valueOf(thrown.getCause().getMessage());
      assertEquals("toco.image.ImageException", thrown.getCause().getClass().getName(), message);
      assertTrue(
          message.startsWith(
              ("cannot read %s: reading %s needs a library; the library"
                      + " com.twelvemonkeys.imageio:%s is not there; add it to the dependencies")
                  .formatted(file, format, artifact)),
          message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"format-cases/rgb.bmp", "format-cases/ct.dcm", "decode-cases/grey16.png"})
  void otherFormatsNeedNone(String name) throws IOException, ReflectiveOperationException {
    try (var loader = without("twelvemonkeys")) {
      var decode = method(loader, "ImageDecoder", Path.class, Arena.class);
      assertTrue(
          decode
              .invoke(null, Resources.path(name), Arena.ofAuto())
              .toString()
              .startsWith("RgbImage"));
    }
  }
}
