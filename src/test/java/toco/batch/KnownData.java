package toco.batch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.data.Sample;
import toco.torch.Device;

/// A small synthetic data set of 96×96 px with hints and boxes, and the batches of a run on it, 2
/// samples each.
///
/// @param folder for the data
record KnownData(Path folder) {
  static final int BATCH = 2;

  /// Writes the data: ten hinted points per image, and a box around its left half.
  static KnownData in(Path folder) {
    var data = new KnownData(folder);
    var dataset = Dataset.open(data.config().data(), Split.TRAIN);
    var lines = new ArrayList<>(List.of("name,x,y,class"));
    try {
      Files.createDirectories(folder.resolve("data/boxes"));
      for (int i = 0; i < dataset.size(); i++) {
        var sample = dataset.sample(i);
        for (int j = 0; j < 10; j++) {
          int label = j % 2 == 0 ? 0 : shown(sample);
          lines.add("%s,%s,%s,%s".formatted(sample.name(), 5 + 9 * j, 90 - 7 * j, label));
        }
        Files.writeString(
            folder.resolve("data/boxes/" + sample.name() + ".xml"),
            box(dataset.classNames().get(shown(sample) - 1)));
      }
      Files.write(folder.resolve("data/hints.csv"), lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return data;
  }

  private static String box(String className) {
    return ("<annotation><object><name>%s</name><bndbox><xmin>1</xmin><ymin>1</ymin>"
            + "<xmax>48</xmax><ymax>96</ymax></bndbox></object></annotation>")
        .formatted(className);
  }

  private static int shown(Sample sample) {
    return 1
        + IntStream.range(0, sample.labels().length)
            .filter(k -> sample.labels()[k] > 0)
            .findFirst()
            .orElseThrow();
  }

  /// All changes of colour happen often, so that every operator runs.
  Config config(String... more) {
    var keys =
        new ArrayList<>(
            List.of(
                "data.root=" + folder.resolve("data"),
                "data.synthetic.trainImages=11",
                "data.synthetic.valImages=1",
                "data.synthetic.testImages=1",
                "augment.hue=0",
                "augment.grayscaleProbability=0.3",
                "augment.solarizeProbability=0.3",
                "augment.viewFlipProbability=0.5",
                "train.samplesPerProcess=" + BATCH));
    keys.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), keys);
  }

  /// The same with its hints and boxes.
  Config hinted() {
    return config("data.hints=hints.csv", "data.boxes=boxes");
  }

  static BatchSource source(Config config, Device device) {
    return BatchSource.of(config, Dataset.open(config.data(), Split.TRAIN), device);
  }
}
