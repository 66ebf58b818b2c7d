package toco.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import toco.cam.MultiScaleCam;
import toco.cam.NetworkInput;
import toco.config.Split;
import toco.data.DataException;
import toco.data.Dataset;
import toco.data.OneHotNpy;
import toco.image.ImageSize;
import toco.torch.GradMode;
import toco.torch.Interpolation;
import toco.torch.Tensor;
import toco.torch.TensorScope;

class HeatMapExportTest extends InferFixture {
  private static final Set<MapSource> CAMS = EnumSet.of(MapSource.CAM, MapSource.AUX_CAM);

  private HeatMapExport.Options options(Path images, LabelChoice labels) {
    return new HeatMapExport.Options(images, folder.resolve("out"), CAMS, labels, true, true);
  }

  /// Labels are those of the thresholds; maps of several kinds make none.
  @Test
  void mapsBecomeLabelsIfAskedFor() {
    var image = data.resolve("JPEGImages/train_00001.jpg");
    var out = folder.resolve("out");
    var seg = EnumSet.of(MapSource.SEG);
    try (var network = network("cam.highThreshold=0.1", "cam.lowThreshold=0.05")) {
      var options =
          new HeatMapExport.Options(
              List.of(image), out, seg, LabelChoice.DATASET, false, true, FORMATS);
      assertEquals(
          3, HeatMapExport.write(network, options, InferenceListener.NONE).annotations().size());
    }
    var labels = values(labels(out.resolve("labels/train_00001.png")));
    assertAnnotated(coco(out), "train_00001.jpg", labels, null);
    assertTrue(Files.exists(out.resolve("seg/train_00001.png")), "maps are drawn, too");
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new HeatMapExport.Options(
                List.of(image), out, CAMS, LabelChoice.AUTO, false, false, FORMATS));
  }

  /// The maps of the present classes are a selection of the maps of all classes, which evaluation
  /// scores. They differ by rounding only, because matrix products have other sizes.
  @Test
  void mapsAreThoseThatEvaluationScores() {
    try (var network = network();
        var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var dataset = Dataset.open(network.config().data(), Split.VAL);
      var maker = new MapMaker(network, ImageClasses.of(dataset), CAMS);
      for (int i = 0; i < dataset.size(); i++) {
        var sample = dataset.sample(i);
        var picture = sample.readImage(arena);
        var made = maker.make(InputImage.of(dataset).get(i), picture).bySource();
        assertEquals(CAMS, made.keySet());
        var input = NetworkInput.of(picture, 32, network.model());
        var all =
            MultiScaleCam.compute(network.model(), input, network.config().eval().camScales());
        requireSame(sample.labels(), all.cam(), made.get(MapSource.CAM));
        requireSame(sample.labels(), all.auxCam(), made.get(MapSource.AUX_CAM));
      }
    }
  }

  private static void requireSame(float[] multiHot, Tensor all, ClassMaps maps) {
    var full = all.interpolate(maps.heightPx(), maps.widthPx(), Interpolation.BILINEAR);
    int at = 0;
    for (int k = 0; k < multiHot.length; k++) {
      if (multiHot[k] > 0) {
        assertEquals(k, maps.keys().get(at));
        var expected = full.select(0, 0).select(0, k);
        double error = expected.sub(maps.maps().select(0, at)).abs().amax().item();
        assertTrue(error < 1e-5, "class " + k + ": " + error);
        at++;
      }
    }
    assertEquals(at, maps.keys().size());
    assertTrue(at > 0, "the case is to have classes");
  }

  /// The softmax includes the background: at each pixel the maps of all classes sum to less than 1.
  @Test
  void segmentationMapsAreProbabilities() {
    try (var network = network();
        var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var dataset = Dataset.open(network.config().data(), Split.VAL);
      var maker = new MapMaker(network, ImageClasses.of(dataset), EnumSet.of(MapSource.SEG));
      var picture = dataset.sample(0).readImage(arena);
      var maps = maker.make(InputImage.of(dataset).getFirst(), picture).bySource();
      var seg = maps.get(MapSource.SEG).maps();
      assertArrayEquals(new long[] {96, 96}, seg.select(0, 0).shape().sizes());
      assertTrue(seg.amin().item() >= 0);
      assertTrue(seg.sum(0).amax().item() < 1);
    }
  }

  @Test
  void everyImageHasItsFilesAndALineInTheClassList() throws IOException {
    var images = folder.resolve("images");
    picture(images.resolve("wide.png"), 50, 20);
    picture(images.resolve("sub/tall.png"), 9, 70);
    Files.write(images.resolve("broken.jpg"), new byte[] {1, 2});
    Files.createSymbolicLink(
        images.resolve("known.jpg"), data.resolve("JPEGImages/train_00001.jpg"));
    try (var network = network()) {
      var heard = new Heard();
      var result = HeatMapExport.write(network, options(images, LabelChoice.AUTO), heard);
      assertEquals(List.of("broken"), result.unreadable());
      assertEquals(3, result.images());
      assertEquals(2, result.predicted());
      assertEquals(List.of("1/4", "2/4", "3/4", "4/4"), heard.progress);
      assertEquals(1, heard.messages.size());
      assertTrue(heard.messages.getFirst().contains("broken.jpg"), heard.messages.getFirst());
    }
    var out = folder.resolve("out");
    var list = Files.readAllLines(out.resolve("classes.csv"));
    assertEquals(4, list.size());
    assertTrue(list.get(1).startsWith("known,dataset,"), list.get(1));
    assertTrue(list.get(2).startsWith("sub/tall,predicted"), list.get(2));
    for (var source : CAMS) {
      var maps = out.resolve(source.toString());
      assertEquals(new ImageSize(50, 20), ImageSize.read(maps.resolve("wide.png")));
      assertEquals(new ImageSize(9, 70), ImageSize.read(maps.resolve("sub/tall.png")));
      assertTrue(Files.size(maps.resolve("known.npy")) > 96 * 96 * 4);
      var first = list.get(1).split(",")[2];
      assertTrue(Files.exists(maps.resolve("known." + first + ".png")));
    }
  }

  @Test
  void theDataSetsLabelsCanBeRequiredOrIgnored() {
    var own = data.resolve("JPEGImages/val_00000.jpg");
    var foreign = picture(folder.resolve("foreign.png"), 40, 40);
    try (var network = network()) {
      var predicted =
          HeatMapExport.write(network, options(own, LabelChoice.PREDICTED), InferenceListener.NONE);
      assertEquals(1, predicted.predicted());
      var demanded =
          HeatMapExport.write(network, options(own, LabelChoice.DATASET), InferenceListener.NONE);
      assertEquals(0, demanded.predicted());
      var thrown =
          assertThrows(
              DataException.class,
              () ->
                  HeatMapExport.write(
                      network, options(foreign, LabelChoice.DATASET), InferenceListener.NONE));
      assertTrue(thrown.getMessage().contains("--labels predicted"), thrown.getMessage());
    }
  }

  /// As VOC's test images: in a list, but without labels.
  @Test
  void aListedImageWithoutLabelsHasPredictedClasses() {
    var labels = folder.resolve("labels.npy");
    OneHotNpy.write(labels, Map.of("val_00000", new float[] {0, 1, 0, 0, 0, 0}));
    try (var network = network(AS_VOC[0], AS_VOC[1], "data.labels=" + labels)) {
      var images = data.resolve("JPEGImages");
      var result =
          HeatMapExport.write(network, options(images, LabelChoice.AUTO), InferenceListener.NONE);
      assertEquals(result.images() - 1, result.predicted());
      assertTrue(Files.exists(folder.resolve("out/cam/val_00000.square.png")));
    }
  }

  /// A network used without its data set: no labels are read.
  @Test
  void imagesNeedNoDataSet() {
    var foreign = picture(folder.resolve("foreign.png"), 40, 40);
    try (var network = network(AS_VOC[0], AS_VOC[1], "data.root=" + folder.resolve("nowhere"))) {
      var result =
          HeatMapExport.write(network, options(foreign, LabelChoice.AUTO), InferenceListener.NONE);
      assertEquals(1, result.predicted());
    }
  }

  @Test
  void anImageWithoutAClassHasZeroMapsAndAnEmptyArray() {
    try (var _ = TensorScope.open()) {
      var none = new ClassMaps(List.of(), Tensor.rand(0, 4, 6));
      assertEquals(0, none.strongest().amax().item());
      assertArrayEquals(new long[] {4, 6}, none.strongest().shape().sizes());
      none.write(folder.resolve("none.npy"));
      assertTrue(Files.exists(folder.resolve("none.npy")));
    }
  }

  @Test
  void pathsWithoutImagesAreNamed() throws IOException {
    Files.createDirectories(folder.resolve("empty"));
    try (var network = network()) {
      for (var name : List.of("empty", "missing")) {
        var thrown =
            assertThrows(
                DataException.class,
                () ->
                    HeatMapExport.write(
                        network,
                        options(folder.resolve(name), LabelChoice.AUTO),
                        InferenceListener.NONE));
        assertTrue(thrown.getMessage().contains(name), thrown.getMessage());
      }
    }
  }
}
