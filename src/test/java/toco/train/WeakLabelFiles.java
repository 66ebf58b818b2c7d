package toco.train;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.data.Sample;

/// Hints and boxes of a tiny run's images: `hints.csv` and the folder `boxes`.
final class WeakLabelFiles {
  private WeakLabelFiles() {}

  /// Writes ten points for each training image, of background and of a class that it shows, and a
  /// box around the left half of the image for that class.
  static void write(Config config) throws IOException {
    var root = config.data().root();
    var dataset = Dataset.open(config.data(), Split.TRAIN);
    var lines = new ArrayList<>(List.of("name,x,y,class"));
    Files.createDirectories(root.resolve("boxes"));
    for (int i = 0; i < dataset.size(); i++) {
      var sample = dataset.sample(i);
      for (int j = 0; j < 10; j++) {
        int label = j % 2 == 0 ? 0 : shown(sample);
        lines.add("%s,%s,%s,%s".formatted(sample.name(), 5 + 9 * j, 90 - 7 * j, label));
      }
      var name = dataset.classNames().get(shown(sample) - 1);
      Files.writeString(
          root.resolve("boxes/" + sample.name() + ".xml"),
          ("<annotation><object><name>%s</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>48</xmax>"
                  + "<ymax>96</ymax></bndbox></object></annotation>")
              .formatted(name));
    }
    Files.write(root.resolve("hints.csv"), lines);
  }

  private static int shown(Sample sample) {
    return 1
        + IntStream.range(0, sample.labels().length)
            .filter(k -> sample.labels()[k] > 0)
            .findFirst()
            .orElseThrow();
  }
}
