package toco.preview;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;
import toco.data.Datasets;
import toco.html.Page;
import toco.torch.LibTorch;

/// Shared by the tests of previews: seven small pictures, and a configuration for them.
abstract class PreviewFixture {
  static final int IMAGES = 7;
  static final int BATCH = 3; // two batches per epoch, the seventh image is dropped
  static final int CROPS = 4;

  @TempDir static Path data;
  @TempDir Path folder;

  @BeforeAll
  static void makeImages() {
    Datasets.open(config(), Split.TRAIN);
    LibTorch.load();
  }

  /// Small pictures padded on every side, and views that are mirrored.
  static Config config(String... more) {
    var overrides =
        new ArrayList<String>(
            List.of(
                "data.root=" + data,
                "data.synthetic.trainImages=" + IMAGES,
                "data.synthetic.valImages=1",
                "data.synthetic.testImages=1",
                "train.samplesPerProcess=" + BATCH,
                "train.localCrops=" + CROPS,
                "train.device=cpu",
                "augment.scaleMin=0.5",
                "augment.scaleMax=1.5",
                "augment.viewFlipProbability=0.5",
                "model.embedDim=24",
                "model.depth=3",
                "model.decoderChannels=8",
                "model.projectionHidden=16",
                "model.projectionBottleneck=8",
                "model.projectionOut=12"));
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  DataPreview.Options options(String out, int samples, int epoch) {
    return new DataPreview.Options(folder.resolve(out), samples, epoch, null, false);
  }

  /// The rectangles drawn in a sample with these classes, `x y width height class`.
  static List<String> rectangles(Page page, int number, String... kinds) {
    var wanted = List.of(kinds);
    return page.all("//section[@id='sample-%d']//rect".formatted(number)).stream()
        .filter(rect -> wanted.contains(rect.getAttribute("class")))
        .map(rect ->
            String.join(
                " ",
                rect.getAttribute("x"),
                rect.getAttribute("y"),
                rect.getAttribute("width"),
                rect.getAttribute("height"),
                rect.getAttribute("class")))
        .toList();
  }
}
