package toco.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExifOrientationTest {
  @TempDir Path folder;

  @Test
  void theStoredOrientationIsRead() {
    assertEquals(6, ExifOrientation.of(Resources.path("decode-cases/exif6.jpg")));
    assertEquals(1, ExifOrientation.of(Resources.path("decode-cases/grey.jpg")));
    assertEquals(1, ExifOrientation.of(Resources.path("decode-cases/rgb8.png")));
    assertEquals(1, ExifOrientation.of(folder.resolve("missing.jpg")));
    assertTrue(ExifOrientation.isTransposed(6));
    assertFalse(ExifOrientation.isTransposed(3));
  }

  /// Whatever byte is damaged, the answer is an orientation.
  @Test
  void damagedDataGivesAnOrientation() throws IOException {
    var whole = Files.readAllBytes(Resources.path("decode-cases/exif6.jpg"));
    var file = folder.resolve("damaged.jpg");
    for (int i = 2; i < Math.min(whole.length, 120); i++) {
      var damaged = whole.clone();
      damaged[i] = (byte) 0xFF;
      Files.write(file, damaged);
      int orientation = ExifOrientation.of(file);
      assertTrue(orientation >= 1 && orientation <= 8, i + ": " + orientation);
    }
  }
}
