package toco.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A sheet of captioned pictures in rows and columns, written as one PNG.
///
/// ```java
/// var sheet = new TileSheet(3, 192);
/// sheet.add("image", Picture.of(image)).add("CAM", Overlay.heat(image, cam, Colormap.JET));
/// sheet.add("label", Overlay.labels(image, labels)).write(runDir.resolve("cams.png"));
/// ```
public final class TileSheet {
  private static final int GAP_PX = 4;
  private static final int PAPER = 0xFFFFFF;
  private static final int INK = 0x202020;

  private final int columns;
  private final int tilePx;
  private final List<String> captions = new ArrayList<>();
  private final List<Picture> tiles = new ArrayList<>();

  /// An empty sheet.
  ///
  /// @param columns tiles per row
  /// @param tilePx side of a tile; pictures are scaled so that their longer side fills it
  public TileSheet(int columns, int tilePx) {
    if (columns < 1 || tilePx < 16) {
      throw new IllegalArgumentException(
          "a sheet needs at least 1 column of tiles of at least 16 px, got %s of %s px"
              .formatted(columns, tilePx));
    }
    this.columns = columns;
    this.tilePx = tilePx;
  }

  /// Adds a tile, row by row; an empty caption is allowed.
  public TileSheet add(String caption, Picture tile) {
    captions.add(caption);
    tiles.add(tile.fittedTo(tilePx));
    return this;
  }

  /// Number of tiles.
  public int size() {
    return tiles.size();
  }

  /// The sheet as one picture.
  public Picture picture() {
    if (tiles.isEmpty()) {
      throw new IllegalStateException("the sheet has no tiles; add() some first");
    }
    int usedColumns = Math.min(columns, tiles.size());
    int sheetWidth = usedColumns * (tilePx + GAP_PX) + GAP_PX;
    int sheetHeight = GAP_PX;
    for (int first = 0; first < tiles.size(); first += columns) {
      sheetHeight += rowHeight(first);
    }
    var sheet = Picture.filled(sheetWidth, sheetHeight, PAPER);
    int top = GAP_PX;
    for (int first = 0; first < tiles.size(); first += columns) {
      for (int i = first; i < Math.min(first + columns, tiles.size()); i++) {
        int left = GAP_PX + (i - first) * (tilePx + GAP_PX);
        PixelFont.draw(sheet, captions.get(i), left, top, tilePx, INK);
        sheet.draw(tiles.get(i), left, top + PixelFont.LINE_PX);
      }
      top += rowHeight(first);
    }
    return sheet;
  }

  /// Writes the sheet as a PNG file.
  ///
  /// @throws ImageException if it cannot be written
  public void write(Path file) {
    ImageWriter.writePng(picture(), file);
  }

  /// Height of the row that starts with this tile: its tallest tile, a caption and a gap.
  private int rowHeight(int first) {
    int tallest = 0;
    for (int i = first; i < Math.min(first + columns, tiles.size()); i++) {
      tallest = Math.max(tallest, tiles.get(i).heightPx());
    }
    return PixelFont.LINE_PX + tallest + GAP_PX;
  }
}
