package toco.demo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import toco.config.Config;
import toco.config.Split;
import toco.data.Dataset;
import toco.demo.ComparisonSheet.View;
import toco.image.Picture;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;
import toco.train.TinyRun;

/// The demo's pictures of a network on an accelerator are those of it on the CPU.
@OnAccelerator
@TensorTest(scope = false)
class PicturesOnDeviceTest {
  /// Share of pixels whose colour is the next one of the map.
  private static final double ROUNDED = 0.01;

  @TempDir Path folder;

  private List<View> views(Config config, Device device) {
    Rng.manualSeed(2);
    try (var model = new Toco(config.model(), device)) {
      var dataset = Dataset.open(config.data(), Split.VAL);
      return ComparisonSheet.views(model, config, dataset, 2);
    }
  }

  @Test
  void viewsOfImages() {
    var config = TinyRun.config(folder.resolve("run"), folder.resolve("data"), "model.initStd=0.2");
    var expected = views(config, Device.CPU);
    var actual = views(config, TestAccelerator.device());
    assertEquals(2, actual.size());
    for (int i = 0; i < expected.size(); i++) {
      assertArrayEquals(expected.get(i).seg().rgb(), actual.get(i).seg().rgb());
      assertArrayEquals(expected.get(i).truth().rgb(), actual.get(i).truth().rgb());
      assertClose(expected.get(i).cam(), actual.get(i).cam());
    }
  }

  private static void assertClose(Picture expected, Picture actual) {
    int differing = 0;
    for (int p = 0; p < expected.rgb().length; p++) {
      differing += expected.rgb()[p] == actual.rgb()[p] ? 0 : 1;
    }
    assertTrue(differing <= ROUNDED * expected.rgb().length, differing + " pixels");
  }
}
