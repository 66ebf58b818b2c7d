package toco.data;

import java.util.HashMap;
import java.util.Locale;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import toco.Bench;

/// An image's labels by its name, among as many as VOC's training set has.
public class ClassLabelsBench extends Bench {
  private static final int IMAGES = 10_582;
  private static final int CLASSES = 20;

  private final String[] names = new String[IMAGES];
  private ClassLabels labels;
  private int next;

  @Setup
  public void open() {
    var byName = new HashMap<String, float[]>();
    for (int i = 0; i < IMAGES; i++) {
      names[i] = String.format(Locale.ROOT, "2007_%06d", i);
      var multiHot = new float[CLASSES];
      multiHot[i % CLASSES] = 1;
      multiHot[i % 7] = 1;
      byName.put(names[i], multiHot);
    }
    labels = ClassLabels.of("a bench", CLASSES, byName);
  }

  /// Guards the lookup that every sample makes, with the array that it returns.
  @Benchmark
  public float[] multiHot() {
    next = (next + 1) % IMAGES;
    return labels.multiHot(names[next]);
  }
}
