package toco.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;
import toco.ClassPlaces;
import toco.config.Split;
import toco.data.Dataset;
import toco.image.DecodeBuffer;
import toco.image.ImageBox;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.DeviceStream;
import toco.torch.LibTorch;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorTest;
import toco.torch.TorchException;

/// Faults that only an accelerator shows, one of each kind, planted in code of the kind in which
/// they happen: the stand-in finds each, and nothing where the same code is right.
@Timeout(120)
@TensorTest
@OnAccelerator
class FaultsFoundTest {
  private static final int SIDE = 96;

  @TempDir static Path folder;

  private static KnownData data;
  private static List<Path> files;

  private final Device device = StandIn.device(0);

  @BeforeAll
  static void makeData() {
    data = KnownData.in(folder);
    var dataset = Dataset.open(data.config().data(), Split.TRAIN);
    files = IntStream.range(0, 6).mapToObj(dataset::imagePath).toList();
  }

  @BeforeEach
  void reset() {
    LibTorch.synchronize(device);
    StandIn.reset();
  }

  /// What a trainer does with the loader's images: waits on its stream, and reads them.
  private static double train(PlantedLoader.Fault fault, Device device) {
    try (var loader = new PlantedLoader(device, SIDE, fault)) {
      var sum = Tensor.zeros(1).to(device);
      for (var upload : loader.load(files)) {
        if (fault != PlantedLoader.Fault.IS_NOT_WAITED_FOR) {
          upload.done().block(DeviceStream.current(device));
        }
        sum.add_(upload.image().to(DType.FLOAT32).sum(), 1);
      }
      return sum.item();
    }
  }

  @Test
  void aLoaderWithoutFaultIsFoundRight() {
    double onDevice = train(PlantedLoader.Fault.NONE, device);
    assertEquals(List.of(), StandIn.hazards());
    assertTrue(StandIn.counts().lateCopies() >= files.size());
    double expected = 0;
    try (var decoder = new DecodeBuffer()) {
      for (var file : files) {
        expected += decoder.decode(file).tensor().to(DType.FLOAT32).sum().item();
      }
    }
    assertEquals(expected, onDevice, 1e-3 * expected);
  }

  @ParameterizedTest
  @CsvSource({
    "REFILLS_AT_ONCE, was written to before the copy was done",
    "IS_NOT_WAITED_FOR, an event is missing"
  })
  void aLoadersFaultIsAHazard(PlantedLoader.Fault fault, String hazard) {
    train(fault, device);
    var hazards = StandIn.hazards();
    assertFalse(hazards.isEmpty());
    assertTrue(hazards.stream().allMatch(line -> line.contains(hazard)), hazards::toString);
    assertEquals(hazards.size(), StandIn.counts().hazards());
  }

  /// The refill also shows in the numbers: the first images are the last ones.
  @Test
  void aRefillBeforeTheCopyChangesWhatIsTrained() {
    double right = train(PlantedLoader.Fault.NONE, device);
    assertNotEquals(right, train(PlantedLoader.Fault.REFILLS_AT_ONCE, device));
  }

  /// The last image of an epoch is dropped, and the trainer's next tensor has its size.
  @Test
  void memoryThatIsReusedUnderAnotherStreamsCopyIsAHazard() {
    var fault = PlantedLoader.Fault.UPLOADS_INTO_THE_TRAINERS_MEMORY;
    try (var loader = new PlantedLoader(device, SIDE, fault)) {
      loader.load(files.subList(0, 1)).getLast().image().close();
      loader.ofTrainer().close();
    }
    var hazards = StandIn.hazards();
    assertEquals(1, hazards.size(), hazards::toString);
    assertTrue(hazards.getFirst().contains("recordStream is missing"), hazards::toString);
  }

  @Test
  void memoryThatIsFreedAfterTheCopyIsNot() {
    var fault = PlantedLoader.Fault.UPLOADS_INTO_THE_TRAINERS_MEMORY;
    try (var loader = new PlantedLoader(device, SIDE, fault)) {
      var dropped = loader.load(files.subList(0, 1)).getLast();
      dropped.done().synchronize();
      dropped.image().close();
      loader.ofTrainer().close();
    }
    assertEquals(List.of(), StandIn.hazards());
  }

  /// A brightness that follows the image's own mean, which the host has to know.
  private record ReadingViews(ViewSampler of) implements ViewSampler {
    @Override
    public ViewPlace place(int heightPx, int widthPx, int epoch, int sample) {
      return of.place(heightPx, widthPx, epoch, sample);
    }

    @Override
    public ImageBox apply(
        Tensor image, int epoch, int sample, Canvas canvas, Augmentation.Views views) {
      var box = of.apply(image, epoch, sample, canvas, views);
      double mean = views.view1().mean().item();
      var _ = views.view1().add_(views.view1().fullLike(mean), -1);
      return box;
    }

    @Override
    public List<Shown> shown() {
      return of.shown();
    }

    @Override
    public boolean boxMayBeMirrored() {
      return of.boxMayBeMirrored();
    }
  }

  @Test
  void aHiddenReadBackIsCounted() {
    var source = KnownData.source(data.config(), device);
    for (var views : List.of(source.augmentation(), new ReadingViews(source.augmentation()))) {
      StandIn.reset();
      try (var ring = new BatchRing(source.withViews(views), 0, 1)) {
        ring.next();
        ring.next();
      }
      long readBacks = StandIn.counts().readBacks();
      if (views instanceof ReadingViews) {
        assertTrue(readBacks >= 2 * KnownData.BATCH, () -> "read-backs: " + readBacks);
        var operators = StandIn.operators().toString();
        assertTrue(operators.contains("aten::_local_scalar_dense"), operators);
      } else {
        assertEquals(0, readBacks);
      }
    }
  }

  /// Labels for training with a mask that somebody made on the host.
  @Test
  void aMaskOfTheHostIsLibTorchsError() {
    var labels = Tensor.randint(0, 3, 2, 32, 40).to(device);
    var inside = ImageBox.mask(List.of(ImageBox.full(32, 40), ImageBox.full(9, 9)), 32, 40, device);
    labels.maskedFill(inside.eq(0), 255);
    var onHost = inside.to(Device.CPU);
    var e = assertThrows(TorchException.class, () -> labels.maskedFill(onHost.eq(0), 255));
    assertTrue(
        e.getMessage().contains("Expected all tensors to be on the same device"), e.getMessage());
  }

  /// The trainer is on the second device; its loader was opened for the first.
  @Test
  void aBatchOfAnotherDeviceIsLibTorchsError() {
    var second = StandIn.device(1);
    try (var params = new Parameters(second);
        var ring = new BatchRing(KnownData.source(data.config(), device), 0, 1);
        var right = new BatchRing(KnownData.source(data.config(), second), 0, 1)) {
      var layer = new Linear(params, SIDE, 2);
      layer.forward(right.next().view1());
      var batch = ring.next();
      var e = assertThrows(TorchException.class, () -> layer.forward(batch.view1()));
      assertTrue(e.getMessage().contains("on the same device"), e.getMessage());
      assertTrue(
          e.getMessage().contains("standin:0") && e.getMessage().contains("standin:1"),
          e.getMessage());
    }
  }

  /// The process ends with the place: which memory, and the kernel's call.
  @Test
  void aHostReadOfDeviceMemoryEndsTheProcessWithItsPlace(@TempDir Path other)
      throws IOException, InterruptedException {
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx128m",
            "-XX:ErrorFile=" + other.resolve("crash.log"),
            "-XX:-CreateCoredumpOnCrash",
            "-Dtoco.library=" + LibTorch.library(),
            "-cp",
            ClassPlaces.classPath(
                LibTorch.class,
                HostRead.class,
                Test.class,
                TestAbortedException.class,
                AnnotationSupport.class),
            HostRead.class.getName());
    var child = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(child.getInputStream().readAllBytes());
    assertNotEquals(0, child.waitFor(), output);
    assertTrue(output.contains("wrapped") && !output.contains("and read"), output);
    assertTrue(
        output.contains("standin: host code touched memory of standin:0, byte 0 of 6144"), output);
    assertTrue(output.contains("libtoco_torch.so"), output);
  }
}
