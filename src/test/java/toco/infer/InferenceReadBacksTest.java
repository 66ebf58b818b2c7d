package toco.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.annotation.AnnotationExport;
import toco.checkpoint.TrainedNetwork;
import toco.config.Protocol;
import toco.config.Split;
import toco.image.ImageDecoder;
import toco.model.Toco;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.StandIn;
import toco.torch.TensorScope;

/// Inference on an accelerator: maps are the CPU's, memory is level over images, and the host waits
/// once for each result.
@OnAccelerator
class InferenceReadBacksTest extends InferFixture {
  private static final double ROUNDING = 1e-5;
  private static final int IMAGES = 10;

  private final Device device = StandIn.device(0);
  private Path image;

  @BeforeEach
  void makeImage() {
    image = picture(folder.resolve("image.png"), 61, 43);
  }

  /// The network of [InferFixture#network] with the same weights.
  private TrainedNetwork onDevice() {
    Rng.manualSeed(11);
    var config = config();
    return new TrainedNetwork(config, new Toco(config.model(), device), device);
  }

  private static List<float[]> maps(TrainedNetwork network, Path image) {
    try (var arena = Arena.ofConfined();
        var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var sources = EnumSet.of(MapSource.CAM, MapSource.AUX_CAM, MapSource.SEG);
      var input = new InputImage("image", image);
      var classes = ImageClasses.of(network.config(), LabelChoice.PREDICTED, List.of(input));
      var made =
          new MapMaker(network, classes, sources).make(input, ImageDecoder.decode(image, arena));
      return made.bySource().values().stream().map(it -> it.maps().toFloatArray()).toList();
    }
  }

  @Test
  void mapsAreThoseOfTheCpu() {
    try (var network = network();
        var same = onDevice()) {
      var expected = maps(network, image);
      var actual = maps(same, image);
      assertEquals(3, actual.size());
      for (int i = 0; i < expected.size(); i++) {
        assertArrayEquals(expected.get(i), actual.get(i), (float) ROUNDING);
      }
    }
  }

  private interface Work {
    void on(int image);
  }

  /// @return read-backs per image
  private static double readBacks(int images, Work work) {
    work.on(0); // what is made once
    StandIn.reset();
    long before = StandIn.counts().liveBytes();
    for (int i = 0; i < images; i++) {
      work.on(i);
      assertEquals(before, StandIn.counts().liveBytes(), "device memory is level");
    }
    assertEquals(List.of(), StandIn.hazards());
    assertEquals(StandIn.counts().readBacks(), StandIn.counts().waits());
    return StandIn.counts().readBacks() / (double) images;
  }

  /// A CRF gets probabilities.
  @ParameterizedTest
  @CsvSource({"TRAIN_TIME, 1, 2", "VOC, 1, 2", "VOC_CRF, 1, 1"})
  void oncePerLabelMap(Protocol.Name protocol, double readBacks, double scored) {
    try (var network = onDevice();
        var arena = Arena.ofConfined()) {
      var picture = ImageDecoder.decode(image, arena);
      var segmenter = new Segmenter(network, protocol);
      assertEquals(readBacks, readBacks(IMAGES, _ -> segmenter.segment(picture)));
      assertEquals(
          scored,
          readBacks(
              IMAGES,
              _ -> {
                try (var _ = TensorScope.open()) {
                  segmenter.segmentScored(picture);
                }
              }));
    }
  }

  /// Once for the predicted classes, once for each source.
  @Test
  void oncePerKindOfMaps() {
    try (var network = onDevice()) {
      var options =
          new HeatMapExport.Options(
              image,
              folder.resolve("out"),
              Set.of(MapSource.CAM, MapSource.AUX_CAM),
              LabelChoice.PREDICTED,
              true,
              true);
      assertEquals(3, readBacks(2, _ -> HeatMapExport.write(network, options, new Heard())));
    }
  }

  /// Once for the labels, once for their scores.
  @ParameterizedTest
  @CsvSource({"NONE, false, 1", "PAR, false, 1", "PAR, true, 2", "CRF, false, 1"})
  void oncePerPseudoLabel(Refinement refinement, boolean coco, double readBacks) {
    try (var network = onDevice()) {
      var options =
          new PseudoLabelExport.Options(
              folder.resolve("labels"),
              Split.TRAIN,
              MapSource.CAM,
              refinement,
              coco ? FORMATS : AnnotationExport.Options.PNG);
      double ofAll = readBacks(2, _ -> PseudoLabelExport.write(network, options, new Heard()));
      assertEquals(readBacks, ofAll / TRAIN_IMAGES);
    }
  }

  /// Cosines of the grid, those after each block, and the mean of the normed tokens.
  @Test
  void threeTimesForTokens() {
    try (var network = onDevice()) {
      assertEquals(
          3, readBacks(2, _ -> TokenReport.write(network, image, 3, 4, folder.resolve("tokens"))));
    }
  }
}
