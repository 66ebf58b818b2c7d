import module java.base;

import toco.config.Config;
import toco.config.Split;
import toco.data.CounterRandom;
import toco.data.Dataset;
import toco.image.LabelMap;

/// Draws points from the masks of the training images, as a table for `data.hints`: to try what a
/// few labelled pixels in each image would give. Background and the classes of an image take turns.
void main(String[] arguments) throws IOException {
  if (arguments.length < 3) {
    System.err.println("usage: DrawHints CONFIG POINTS_PER_IMAGE OUT.csv [SEED] [KEY=VALUE …]");
    System.exit(2);
  }
  int count = Integer.parseInt(arguments[1]);
  long seed = arguments.length > 3 ? Long.parseLong(arguments[3]) : 0;
  var more = Arrays.asList(arguments).subList(Math.min(4, arguments.length), arguments.length);
  var dataset = Dataset.open(Config.load(Path.of(arguments[0]), more).data(), Split.TRAIN);
  var lines = new ArrayList<>(List.of("name,x,y,class"));
  for (int i = 0; i < dataset.size(); i++) {
    lines.addAll(points(dataset, i, count, new CounterRandom(seed, 0, i, 0)));
  }
  Files.write(Path.of(arguments[2]), lines);
  IO.println("wrote %s, %s points".formatted(arguments[2], lines.size() - 1));
}

static List<String> points(Dataset dataset, int i, int count, CounterRandom random) {
  try (var arena = Arena.ofConfined()) {
    var sample = dataset.sample(i);
    var mask = sample.readMask(sample.readImage(arena), arena);
    var pixelsOf = new TreeMap<Integer, List<Integer>>(); // by label
    for (int p = 0; p < mask.labels().byteSize(); p++) {
      int label = Byte.toUnsignedInt(mask.labels().get(ValueLayout.JAVA_BYTE, p));
      if (label != LabelMap.IGNORE) {
        pixelsOf.computeIfAbsent(label, _ -> new ArrayList<>()).add(p);
      }
    }
    var labels = List.copyOf(pixelsOf.keySet());
    var lines = new ArrayList<String>();
    for (int j = 0; j < count && !labels.isEmpty(); j++) {
      int label = labels.get(j % labels.size());
      var pixels = pixelsOf.get(label);
      int p = pixels.get(random.nextInt(pixels.size()));
      lines.add(
          "%s,%s,%s,%s".formatted(sample.name(), p % mask.widthPx(), p / mask.widthPx(), label));
    }
    return lines;
  }
}
