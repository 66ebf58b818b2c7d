import module java.base;

import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Protocol;
import toco.image.ImageDecoder;
import toco.image.ImageException;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Overlay;
import toco.infer.Segmenter;
import toco.torch.Device;

/// Watches the folder that a camera writes to: draws the classes over each new image, and says what
/// share of it each takes. A file that is still being written is tried again when it grows.
void main(String[] arguments) throws IOException, InterruptedException {
  if (arguments.length < 3) {
    System.err.println("usage: CameraFolder RUN FOLDER OUT [IMAGES, then it ends]");
    System.exit(2);
  }
  var folder = Path.of(arguments[1]);
  var out = Files.createDirectories(Path.of(arguments[2]));
  int wanted = arguments.length > 3 ? Integer.parseInt(arguments[3]) : Integer.MAX_VALUE;
  try (var network = TrainedNetwork.ofRun(Path.of(arguments[0]), Device.CPU);
      var watch = folder.getFileSystem().newWatchService()) {
    var segmenter = new Segmenter(network, Protocol.Name.TRAIN_TIME);
    folder.register(
        watch, StandardWatchEventKinds.ENTRY_CREATE, StandardWatchEventKinds.ENTRY_MODIFY);
    var seen = new HashSet<Path>();
    do {
      try (var files = Files.list(folder)) {
        for (var file : files.sorted().toList()) {
          if (isImage(file)
              && !seen.contains(file)
              && seen.size() < wanted
              && segment(segmenter, network.config(), file, out)) {
            seen.add(file);
          }
        }
      }
    } while (seen.size() < wanted && next(watch));
  }
}

boolean next(WatchService watch) throws InterruptedException {
  var key = watch.take();
  key.pollEvents();
  return key.reset();
}

boolean isImage(Path file) {
  return file.getFileName().toString().toLowerCase(Locale.ROOT).matches("[^.].*\\.(jpe?g|png)");
}

boolean segment(Segmenter segmenter, Config config, Path file, Path out) {
  try (var arena = Arena.ofConfined()) {
    var image = ImageDecoder.decode(file, arena);
    var labels = segmenter.segment(image);
    ImageWriter.writePng(Overlay.labels(image, labels), out.resolve(file.getFileName() + ".png"));
    IO.println(file.getFileName() + ": " + shares(labels, config));
    return true;
  } catch (ImageException e) {
    System.err.println("not yet, or no image: " + e.getMessage());
    return false;
  }
}

/// Such as "background 71.3 %, cat 28.7 %".
String shares(LabelMap labels, Config config) {
  var names = new ArrayList<>(List.of("background"));
  names.addAll(config.data().classNames());
  var counts = labels.histogram();
  double pixels = labels.widthPx() * (double) labels.heightPx();
  return IntStream.range(0, names.size())
      .filter(label -> counts[label] > 0)
      .mapToObj(label -> "%s %.1f %%".formatted(names.get(label), 100 * counts[label] / pixels))
      .collect(Collectors.joining(", "));
}
