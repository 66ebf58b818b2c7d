package toco.image.formats;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReader;

/// The optional library TwelveMonkeys ImageIO. Nothing else names its types.
final class TwelveMonkeys {
  private TwelveMonkeys() {}

  /// @param isRaw whether values stay as stored, at the price of a copy; otherwise those beyond 0…1
  ///   are clipped, and YCbCr becomes RGB
  static Raster tiff(PartsInput input, boolean isRaw) throws IOException {
    return read(Tiff.reader(), input, isRaw);
  }

  static Raster webp(PartsInput input) throws IOException {
    return read(Webp.reader(), input, false);
  }

  private static Raster read(ImageReader reader, PartsInput input, boolean isRaw)
      throws IOException {
    try (input) {
      reader.setInput(input, true, true);
      return isRaw ? reader.readRaster(0, null) : reader.read(0).getRaster();
    } finally {
      reader.dispose();
    }
  }

  /// Each format's artifact may be there without the other's.
  private static final class Tiff {
    static ImageReader reader() {
      return new TIFFImageReaderSpi().createReaderInstance(null);
    }
  }

  private static final class Webp {
    static ImageReader reader() {
      return new WebPImageReaderSpi().createReaderInstance(null);
    }
  }
}
