package toco.cam;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import toco.config.Config;
import toco.config.Protocol;
import toco.image.ImageSize;
import toco.image.RgbImage;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

@TensorTest(scope = false)
class MemoryLimitTest {
  private static final RgbImage PICTURE = new RgbImage(Arena.ofAuto().allocate(3 * 20), 5, 4);

  @Test
  void anImageThatNeedsMoreThanThereIsIsRefusedWithItsSizeAndTheNeed() {
    var limit = MemoryLimit.on(Device.CPU, size -> size.pixels() * 1_000_000_000_000L);
    var e = assertThrows(MemoryLimit.Exceeded.class, () -> limit.require(PICTURE));
    assertTrue(e.getMessage().startsWith("at 5×4 px it needs about 20000.0 GB"), e.getMessage());
    MemoryLimit.on(Device.CPU, ImageSize::pixels).require(PICTURE);
    MemoryLimit.on(Device.cuda(0), _ -> Long.MAX_VALUE).require(PICTURE);
  }

  /// Memory that Java or LibTorch cannot allocate is the image's fault; other errors are not.
  @Test
  void failedAllocationsAreTheImages() {
    Runnable heap =
        () -> {
          throw new OutOfMemoryError("Java heap space");
        };
    assertThrows(MemoryLimit.Exceeded.class, () -> MemoryLimit.watch(PICTURE, heap));
    Runnable tensor =
        () -> {
          try (var _ = TensorScope.open()) {
            var _ = Tensor.empty(DType.FLOAT32, Device.CPU, 1L << 20, 1L << 30);
          }
        };
    assertThrows(MemoryLimit.Exceeded.class, () -> MemoryLimit.watch(PICTURE, tensor));
    Runnable other =
        () -> {
          throw new IllegalStateException("else");
        };
    var e = assertThrows(IllegalStateException.class, () -> MemoryLimit.watch(PICTURE, other));
    assertEquals("else", e.getMessage());
  }

  /// CAMs of all classes are scored at native size: two floats for each class and pixel.
  @Test
  void scoringCamsNeedsMemoryForEveryClass() {
    var config = Config.load(Path.of("configs/demo.yaml"), List.of());
    var memory = new InferenceMemory(config.model());
    var withCams = Protocol.of(Protocol.Name.TRAIN_TIME, config);
    var image = new ImageSize(8000, 6000);
    long pixels = image.pixels();
    long maps = 2L * Float.BYTES * config.model().foregroundClasses() * pixels;
    assertTrue(memory.evaluation(withCams, image) > maps);
    assertTrue(memory.evaluation(withCams, image) > memory.segmentation(withCams, image));
    var voc = Protocol.of(Protocol.Name.VOC, config);
    assertTrue(memory.evaluation(voc, image) >= memory.segmentation(voc, image));
    assertTrue(InferenceMemory.thresholds(pixels) > 5L * Long.BYTES * pixels);
  }

  /// Logits of all classes exist at once where the true ones are known, as in MoRe's and CoSA's
  /// protocols.
  @Test
  void logitsOfAllClassesNeedMemory() {
    var config = Config.load(Path.of("configs/coco_vit_b.yaml"), List.of());
    var memory = new InferenceMemory(config.model());
    var image = new ImageSize(8000, 6000);
    long logits = 2L * Float.BYTES * 81 * image.pixels();
    assertTrue(memory.evaluation(Protocol.of(Protocol.Name.COCO, config), image) < logits);
    var known = Protocol.of(Protocol.Name.COCO, config.with("eval.labelsKnown=true"));
    for (var protocol :
        List.of(
            known,
            Protocol.of(Protocol.Name.MORE, config),
            Protocol.of(Protocol.Name.MORE_CAM2SEG, config),
            Protocol.of(Protocol.Name.COSA, config))) {
      assertTrue(memory.evaluation(protocol, image) > logits, protocol.toString());
    }
  }

  /// An image of one row is enlarged to a row of patches, and half a patch more is rounded up.
  @Test
  void theEncoderNeedsMemoryForTheSizeThatItTakes() {
    var config = SmallNetwork.CONFIG.with("eval.sizePx=0", "model.embedDim=512");
    var crop = new InferenceMemory(config.model());
    var resize = new InferenceMemory(config.with("model.patchFit=resize").model());
    long row = crop.segmentationMaps(1, new ImageSize(1_000_000, 1));
    long block = crop.segmentationMaps(1, new ImageSize(1_000_000, 8));
    assertTrue(row > block / 2, row + " of " + block);
    long cropped = crop.segmentationMaps(1, new ImageSize(1_000_000, 12));
    long resized = resize.segmentationMaps(1, new ImageSize(1_000_000, 12));
    assertTrue(resized > 1.2 * cropped, resized + " of " + cropped);
    var fitting = new ImageSize(8000, 6000);
    assertEquals(crop.segmentationMaps(1.5, fitting), resize.segmentationMaps(1.5, fitting));
  }
}
