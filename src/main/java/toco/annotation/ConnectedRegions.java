package toco.annotation;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import toco.image.LabelMap;

/// Finds the connected regions of a label map: pixels of one class that touch at a side or corner.
/// Background and ignored pixels are in none. Memory grows with the number of runs, not of pixels.
final class ConnectedRegions {
  private final LabelMap map;
  private int[] starts = new int[1024];
  private int[] lengths = new int[1024];
  private int[] parents = new int[1024]; // a run of the same region; of its first run itself
  private byte[] labels = new byte[1024];
  private int runs;

  private ConnectedRegions(LabelMap map) {
    this.map = map;
  }

  /// The regions, by the first of their pixels along the columns.
  static List<Region> of(LabelMap map) {
    var regions = new ConnectedRegions(map);
    regions.findRuns();
    return regions.collect();
  }

  private void findRuns() {
    int previous = 0; // first run of the column before
    for (int x = 0; x < map.widthPx(); x++) {
      int first = runs;
      addColumn(x);
      connect(previous, first);
      previous = first;
    }
  }

  private void addColumn(int x) {
    int height = map.heightPx();
    for (int y = 0; y < height; ) {
      int label = label(x, y);
      int end = y + 1;
      while (end < height && label(x, end) == label) {
        end++;
      }
      if (label != 0 && label != LabelMap.IGNORE) {
        add(x * height + y, end - y, label);
      }
      y = end;
    }
  }

  private int label(int x, int y) {
    return map.labels().get(ValueLayout.JAVA_BYTE, (long) y * map.widthPx() + x) & 0xFF;
  }

  private void add(int start, int length, int label) {
    if (runs == starts.length) {
      int more = runs + (runs >> 1);
      starts = Arrays.copyOf(starts, more);
      lengths = Arrays.copyOf(lengths, more);
      parents = Arrays.copyOf(parents, more);
      labels = Arrays.copyOf(labels, more);
    }
    starts[runs] = start;
    lengths[runs] = length;
    parents[runs] = runs;
    labels[runs] = (byte) label;
    runs++;
  }

  /// Joins runs of two neighbouring columns that touch.
  ///
  /// @param left the first run of the left column
  /// @param right the first run of the right one, which ends with the last run
  private void connect(int left, int right) {
    int near = left;
    for (int r = right; r < runs; r++) {
      int top = starts[r] - map.heightPx(); // in positions of the left column
      int bottom = top + lengths[r];
      while (near < right && starts[near] + lengths[near] < top) {
        near++;
      }
      for (int l = near; l < right && starts[l] <= bottom; l++) {
        if (labels[l] == labels[r]) {
          join(l, r);
        }
      }
    }
  }

  private void join(int one, int other) {
    int a = root(one);
    int b = root(other);
    parents[Math.max(a, b)] = Math.min(a, b);
  }

  private int root(int run) {
    int root = run;
    while (parents[root] != root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  }

  private List<Region> collect() {
    var sizes = new int[runs]; // number of runs, by the region's first
    for (int i = 0; i < runs; i++) {
      parents[i] = root(i);
      sizes[parents[i]]++;
    }
    var regions = new ArrayList<Region>();
    var position = new int[runs]; // of a region in the list, by its first run
    var filled = new int[runs];
    for (int i = 0; i < runs; i++) {
      int root = parents[i];
      if (root == i) {
        position[i] = regions.size();
        regions.add(
            new Region(labels[i] & 0xFF, new int[sizes[i]], new int[sizes[i]], map.heightPx()));
      }
      var region = regions.get(position[root]);
      region.starts()[filled[root]] = starts[i];
      region.lengths()[filled[root]++] = lengths[i];
    }
    return regions;
  }
}
