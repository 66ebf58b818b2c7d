package toco.infer;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.MaskDecoder;
import toco.image.Picture;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.Rng;
import toco.torch.TensorTest;

/// Shared by the tests of inference: a synthetic data set, a small network with random weights, and
/// the check that every tensor is freed.
@TensorTest(scope = false)
abstract class InferFixture {
  static final int TRAIN_IMAGES = 5;

  @TempDir static Path data;
  @TempDir Path folder;

  @BeforeAll
  static void makeImages() {
    LibTorch.load();
    Dataset.open(config().data(), Split.TRAIN);
  }

  static Config config(String... more) {
    var overrides =
        new ArrayList<>(
            List.of(
                "data.root=" + data,
                "data.synthetic.trainImages=" + TRAIN_IMAGES,
                "data.synthetic.valImages=3",
                "data.synthetic.testImages=2",
                "train.device=cpu",
                "eval.sizePx=32",
                "eval.camScales=[1, 0.5]",
                "model.embedDim=24",
                "model.depth=3",
                "model.initStd=0.2",
                "model.decoderChannels=8",
                "model.projectionHidden=16",
                "model.projectionBottleneck=8",
                "model.projectionOut=12"));
    overrides.addAll(List.of(more));
    return Config.load(Path.of("configs/demo.yaml"), overrides);
  }

  /// The same data set with its plain layout, which generates nothing.
  static final String[] AS_VOC = {
    "data.layout=voc", "data.classNames=[disc, square, triangle, star, ring, cross]"
  };

  static TrainedNetwork network(String... more) {
    Rng.manualSeed(11);
    var config = config(more);
    return new TrainedNetwork(config, new Toco(config.model(), Device.CPU), Device.CPU);
  }

  /// An image of random colours.
  static Path picture(Path file, int widthPx, int heightPx) {
    var picture = Picture.filled(widthPx, heightPx, 0);
    var random = new Random(7);
    for (int i = 0; i < picture.rgb().length; i++) {
      picture.rgb()[i] = random.nextInt(0x1000000);
    }
    ImageWriter.writePng(picture, file);
    return file;
  }

  static LabelMap labels(Path png) {
    return MaskDecoder.decode(png, Arena.ofAuto());
  }

  static int[] values(LabelMap map) {
    var values = new int[map.widthPx() * map.heightPx()];
    for (int i = 0; i < values.length; i++) {
      values[i] = map.labels().getAtIndex(JAVA_BYTE, i) & 0xFF;
    }
    return values;
  }

  /// The messages received.
  static class Heard implements InferenceListener {
    final List<String> progress = new ArrayList<>();
    final List<String> messages = new ArrayList<>();

    @Override
    public void onProgress(int done, int total) {
      progress.add(done + "/" + total);
    }

    @Override
    public void onMessage(String line) {
      messages.add(line);
    }
  }
}
