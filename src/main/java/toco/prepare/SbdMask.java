package toco.prepare;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import toco.data.DataException;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Matrix;
import us.hebi.matlab.mat.types.Sources;

/// The mask of an image of SBD: `GTcls.Segmentation` in a MATLAB 5 file, class indices 0…20 as
/// uint8.
final class SbdMask {
  private static final int MAX_FILE_BYTES = 1 << 24; // those of SBD have at most 100 kB
  private static final int MAX_PIXELS = 1 << 24;
  private static final int CLASSES = 21;

  private SbdMask() {}

  /// Converts a mask to a palette PNG.
  static void write(Member member, Path png) {
    var where = member.owner().name() + ": " + member.path();
    ImageWriter.writePng(read(member.bytes(MAX_FILE_BYTES), where), png);
  }

  /// @param where what to call it in messages
  /// @throws DataException if it is damaged, or a value is no class
  static LabelMap read(byte[] mat, String where) {
    try (var file =
        Mat5.newReader(Sources.wrap(mat)).setMaxInflateBufferSize(MAX_PIXELS).readMat()) {
      return labels(file.getStruct("GTcls").getMatrix("Segmentation"), where);
    } catch (DataException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // however the damage shows
      throw new DataException(
          "%s is damaged or no mask of SBD (%s); expected GTcls.Segmentation in a MATLAB 5 file"
              .formatted(where, e.getMessage()),
          e);
    } catch (NoClassDefFoundError e) {
      throw new DataException(
          "%s is a MATLAB file, and the module that reads them is not there (%s); start Java with"
                  .formatted(where, e.getMessage())
              + " --add-modules us.hebi.matlab.mat.mfl.core and mfl-core on the module path",
          e);
    }
  }

  private static LabelMap labels(Matrix matrix, String where) {
    int height = matrix.getNumRows();
    int width = matrix.getNumCols();
    if (matrix.getNumDimensions() != 2 || (long) height * width > MAX_PIXELS) {
      throw new DataException("%s is %s×%s px, expected an image".formatted(where, width, height));
    }
    var labels = new byte[height * width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int label = matrix.getInt(y, x);
        if (label < 0 || label >= CLASSES) {
          throw new DataException(
              "%s has the label %s at x=%s, y=%s, expected 0…20".formatted(where, label, x, y));
        }
        labels[y * width + x] = (byte) label;
      }
    }
    return new LabelMap(MemorySegment.ofArray(labels), width, height);
  }
}
