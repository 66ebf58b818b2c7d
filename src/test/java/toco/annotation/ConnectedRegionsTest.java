package toco.annotation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.image.LabelMap;

class ConnectedRegionsTest {
  /// The regions are those of a plain flood fill over the eight neighbours.
  @Test
  void regionsAreThoseOfAFloodFill() {
    LabelMaps.all()
        .forEach((name, map) -> {
          var expected = flooded(map);
          var regions = ConnectedRegions.of(map);
          var found = new int[expected.length]; // number of the region, from 1
          for (int i = 0; i < regions.size(); i++) {
            int number = i + 1;
            int label = regions.get(i).label();
            regions
                .get(i)
                .forEachRun((x, y, length) -> {
                  for (int j = 0; j < length; j++) {
                    int at = (y + j) * map.widthPx() + x;
                    assertEquals(0, found[at], name);
                    found[at] = number;
                    assertEquals(label, LabelMaps.values(map)[at], name);
                  }
                });
          }
          assertArrayEquals(expected, found, name);
        });
  }

  /// Numbers regions in the order of their first pixels along the columns.
  private static int[] flooded(LabelMap map) {
    int width = map.widthPx();
    int height = map.heightPx();
    var labels = LabelMaps.values(map);
    var numbers = new int[labels.length];
    int count = 0;
    for (int i = 0; i < labels.length; i++) {
      int first = i % height * width + i / height;
      if (labels[first] == 0 || labels[first] == 255 || numbers[first] > 0) {
        continue;
      }
      numbers[first] = ++count;
      var open = new ArrayDeque<>(List.of(first));
      while (!open.isEmpty()) {
        int at = open.remove();
        for (int n = 0; n < 9; n++) {
          int x = at % width + n % 3 - 1;
          int y = at / width + n / 3 - 1;
          int next = y * width + x;
          if (x >= 0
              && y >= 0
              && x < width
              && y < height
              && numbers[next] == 0
              && labels[next] == labels[first]) {
            numbers[next] = count;
            open.add(next);
          }
        }
      }
    }
    return numbers;
  }

  /// pycocotools 2.0.11 gives this text for these pixels.
  @Test
  void countsAreThoseOfPycocotools() {
    var map = LabelMaps.of(5, 0, 1, 1, 0, 0, 0, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 1);
    var region = ConnectedRegions.of(map).getFirst();
    assertEquals("21120N012ON2", region.compressedCounts(20));
    assertEquals(new Region.Box(0, 0, 5, 4), region.box());
    assertEquals(11, region.area());
  }

  /// Even-odd filling of the polygons gives the region; a region with a hole has none.
  @Test
  void polygonsEncloseTheRegionsPixels() {
    int polygons = 0;
    int holes = 0;
    for (var entry : LabelMaps.all().entrySet()) {
      var map = entry.getValue();
      for (var region : ConnectedRegions.of(map)) {
        var outline = Outline.of(region);
        if (outline.isEmpty()) {
          assertTrue(hasHole(region, map), entry.getKey());
          holes++;
          continue;
        }
        polygons += outline.size();
        var filled = new boolean[map.heightPx() * map.widthPx()];
        outline.forEach(polygon -> fill(polygon, map, filled));
        assertArrayEquals(mask(region, map), filled, entry.getKey());
      }
    }
    assertTrue(polygons > 1000 && holes > 4, polygons + " polygons, " + holes + " holes");
  }

  private static boolean[] mask(Region region, LabelMap map) {
    var mask = new boolean[map.heightPx() * map.widthPx()];
    region.forEachRun((x, y, length) -> {
      for (int j = 0; j < length; j++) {
        mask[(y + j) * map.widthPx() + x] = true;
      }
    });
    return mask;
  }

  /// Toggles the pixels right of each vertical edge.
  private static void fill(int[] polygon, LabelMap map, boolean[] filled) {
    for (int i = 0; i < polygon.length; i += 2) {
      int x = polygon[i];
      int next = (i + 2) % polygon.length;
      assertTrue(x == polygon[next] ^ polygon[i + 1] == polygon[next + 1], "along pixels");
      if (x == polygon[next]) {
        int top = Math.min(polygon[i + 1], polygon[next + 1]);
        int bottom = Math.max(polygon[i + 1], polygon[next + 1]);
        for (int y = top; y < bottom; y++) {
          for (int right = x; right < map.widthPx(); right++) {
            filled[y * map.widthPx() + right] ^= true;
          }
        }
      }
    }
  }

  /// Whether pixels outside of the region cannot reach the border through sides and corners.
  private static boolean hasHole(Region region, LabelMap map) {
    int width = map.widthPx() + 2;
    int height = map.heightPx() + 2;
    var taken = new boolean[width * height];
    region.forEachRun((x, y, length) -> {
      for (int j = 0; j < length; j++) {
        taken[(y + j + 1) * width + x + 1] = true;
      }
    });
    var open = new ArrayDeque<>(List.of(0));
    taken[0] = true;
    while (!open.isEmpty()) {
      int at = open.remove();
      for (int n = 0; n < 9; n++) {
        int x = at % width + n % 3 - 1;
        int y = at / width + n / 3 - 1;
        if (x >= 0 && y >= 0 && x < width && y < height && !taken[y * width + x]) {
          taken[y * width + x] = true;
          open.add(y * width + x);
        }
      }
    }
    var free = new ArrayList<Integer>();
    for (int i = 0; i < taken.length; i++) {
      if (!taken[i]) {
        free.add(i);
      }
    }
    return !free.isEmpty();
  }
}
