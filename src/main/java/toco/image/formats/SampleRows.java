package toco.image.formats;

import java.awt.image.DataBuffer;
import java.awt.image.Raster;

/// The samples of an image, row by row, as the file has them.
public interface SampleRows {
  int widthPx();

  int heightPx();

  /// Samples per pixel.
  int bands();

  /// Whether the samples are whole numbers of 32 bits or less.
  boolean isWhole();

  /// Reads a row of whole numbers.
  ///
  /// @param samples receives [widthPx, bands]
  void read(int y, int[] samples);

  /// Reads a row of other numbers.
  void read(int y, double[] samples);

  /// Those of a raster.
  static SampleRows of(Raster raster) {
    return new OfRaster(raster);
  }

  /// @param raster of whole numbers or not
  record OfRaster(Raster raster) implements SampleRows {
    @Override
    public int widthPx() {
      return raster.getWidth();
    }

    @Override
    public int heightPx() {
      return raster.getHeight();
    }

    @Override
    public int bands() {
      return raster.getNumBands();
    }

    @Override
    public boolean isWhole() {
      int type = raster.getDataBuffer().getDataType();
      return type != DataBuffer.TYPE_FLOAT && type != DataBuffer.TYPE_DOUBLE;
    }

    @Override
    public void read(int y, int[] samples) {
      raster.getPixels(0, y, widthPx(), 1, samples);
    }

    @Override
    public void read(int y, double[] samples) {
      raster.getPixels(0, y, widthPx(), 1, samples);
    }
  }
}
