package toco.cam;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.image.ImageBox;
import toco.model.MoreNetwork;
import toco.torch.Device;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.Rng;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TestAccelerator;

/// What is made of CAMs, on an accelerator: the same maps, labels and crops as on the CPU.
@TensorTest
@OnAccelerator
class DeviceCamTest {
  private static final List<float[]> MULTI_HOT =
      List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0}, new float[] {0, 0, 0});
  private static final PresentClasses PRESENT = PresentClasses.of(MULTI_HOT);
  private static final List<ImageBox> BOXES =
      List.of(ImageBox.full(32, 40), new ImageBox(3, 20, 0, 31), new ImageBox(8, 8, 0, 9));

  private final Device device = TestAccelerator.device();
  private final double tolerance = TestAccelerator.hasGpu() ? 1e-4 : 1e-5;
  private final Config config = Config.defaults();

  @BeforeEach
  void seed() {
    LibTorch.setTf32(false);
    Rng.manualSeed(4);
  }

  private static Tensor labels() {
    return Tensor.of(new float[] {1, 0, 1, 0, 1, 0, 0, 0, 0}, 3, 3);
  }

  private void assertSame(Tensor expected, Tensor there) {
    assertEquals(device, there.device());
    assertEquals(expected.dtype(), there.dtype());
    assertArrayEquals(expected.toDoubleArray(), there.toDoubleArray(), tolerance);
  }

  @Test
  void labelsByThresholds() {
    var cams = Tensor.rand(3, 3, 32, 40);
    var valid = CamLabels.validCam(cams, labels());
    var there = CamLabels.validCam(cams.to(device), labels().to(device));
    assertSame(valid, there);
    assertSame(CamLabels.forEvaluation(valid, 0.4), CamLabels.forEvaluation(there, 0.4));
    assertSame(
        CamLabels.forTraining(valid, BOXES, config.cam()),
        CamLabels.forTraining(there, BOXES, config.cam()));
    assertSame(
        CamLabels.roiMask(cams, labels(), config.cam()),
        CamLabels.roiMask(cams.to(device), labels().to(device), config.cam()));
    assertSame(
        CamLabels.forEvaluation(cams.slice(0, 0, 1), MULTI_HOT.getFirst(), 50, 61, 0.4),
        CamLabels.forEvaluation(cams.slice(0, 0, 1).to(device), MULTI_HOT.getFirst(), 50, 61, 0.4));
    assertSame(AffinityMask.of(valid.argmax(1)), AffinityMask.of(there.argmax(1)));
  }

  @Test
  void presentClasses() {
    var maps = Tensor.randn(3, 3, 5, 4);
    assertSame(PRESENT.gather(maps), PRESENT.gather(maps.to(device)));
    var gathered = PRESENT.gather(maps);
    assertSame(PRESENT.scatter(gathered, 3), PRESENT.scatter(gathered.to(device), 3));
    assertSame(PRESENT.multiHot(Device.CPU), PRESENT.multiHot(device));
    assertSame(
        PRESENT.isPadding(Device.CPU).to(maps.dtype()), PRESENT.isPadding(device).to(maps.dtype()));
    var positions = Tensor.randint(0, 3, 3, 5, 4);
    assertSame(PRESENT.classIds(positions), PRESENT.classIds(positions.to(device)));
  }

  @Test
  void pseudoLabels() {
    var images = Tensor.rand(3, 3, 32, 40);
    var cams = Tensor.rand(3, 2, 32, 40);
    var made = new PseudoLabels(config.cam());
    var expected = made.refine(images, cams, PRESENT, BOXES).toLongArray();
    var there = made.refine(images.to(device), cams.to(device), PRESENT, BOXES);
    assertEquals(device, there.device());
    var actual = there.toLongArray();
    long other = 0;
    for (int i = 0; i < expected.length; i++) {
      other += expected[i] == actual[i] ? 0 : 1;
    }
    // the CPU's PAR is a kernel that sums in another order, which may decide ties
    assertTrue(other <= expected.length / 1000, "other labels: " + other);
    assertSame(
        made.unrefined(cams, PRESENT, BOXES), made.unrefined(cams.to(device), PRESENT, BOXES));
  }

  @Test
  void crops() {
    var image = Tensor.rand(2, 3, 32, 40);
    var mask = Tensor.randint(0, 3, 2, 32, 40);
    var expected = RoiCrops.cut(image, mask, 8, 0.2, RoiCrops.random(5, 8, 3, 17));
    var there =
        RoiCrops.cut(image.to(device), mask.to(device), 8, 0.2, RoiCrops.random(5, 8, 3, 17));
    assertSame(expected.corners(), there.corners());
    assertSame(expected.crops(), there.crops());
    assertSame(expected.flags(), there.flags());
    assertSame(expected.viewMajor(), there.viewMajor());
  }

  @Test
  void localisationMaps() {
    var images = Tensor.randn(2, 3, 32, 48);
    var scales = List.of(1.0, 0.5, 1.5);
    var model = SmallNetwork.CONFIG.model();
    Rng.manualSeed(2);
    try (var onCpu = new MoreNetwork(model, Device.CPU)) {
      Rng.manualSeed(2);
      try (var onDevice = new MoreNetwork(model, device)) {
        assertSame(
            LocalisationMaps.multiScale(onCpu, images, scales),
            LocalisationMaps.multiScale(onDevice, images.to(device), scales));
      }
    }
  }

  @Test
  void nothingThatTrainingDoesWaitsForTheDevice() {
    StandIn.device(0);
    var images = Tensor.rand(3, 3, 32, 40).to(device);
    var cams = Tensor.rand(3, 3, 32, 40).to(device);
    var labels = labels().to(device);
    StandIn.reset();
    var present = PRESENT.gather(cams);
    new PseudoLabels(config.cam()).refine(images, present, PRESENT, BOXES).close();
    var forTraining = CamLabels.forTraining(CamLabels.validCam(cams, labels), BOXES, config.cam());
    AffinityMask.of(forTraining).close();
    var mask = CamLabels.roiMask(cams, labels, config.cam());
    RoiCrops.cut(images, mask, 8, 0.2, RoiCrops.random(5, 8, 3, 17)).viewMajor().close();
    PRESENT.scatter(present, 3).close();
    assertEquals(0, StandIn.counts().waits(), StandIn.operators().toString());
  }
}
