package toco.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import toco.batch.Batch;
import toco.config.Config;
import toco.image.ImageBox;
import toco.recipe.StepClock;
import toco.recipes.Recipes;
import toco.torch.OnAccelerator;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TensorTest;

/// How many kernels a GPU runs in a step of the published recipes in which every loss has a weight.
/// The number does not depend on sizes, so the networks have the published number of blocks, scales
/// and crops, but are narrow, and the images are small.
@OnAccelerator
@TensorTest
class StepLaunchesTest {
  private static final int SIZE = 128;

  /// What a part of a step did.
  private record Part(String name, StandIn.Counts counts, Map<String, Long> operators) {}

  @ParameterizedTest
  @CsvSource({
    "voc_deit_b, 2, 2052",
    "voc_deit_b, 4, 2058",
    "more_voc_vit_b, 4, 1791",
    "cosa_voc_vit_b, 2, 1305"
  })
  void aStepLaunchesNoMoreKernels(String file, int samples, long most) {
    var parts = partsOfStep(config(file, samples), samples);
    long launches = parts.stream().mapToLong(part -> part.counts.launches()).sum();
    assertTrue(launches <= most, () -> launches + " launches\n" + table(parts));
    for (var part : parts) {
      assertEquals(0, part.counts.readBacks(), part.name);
      assertEquals(0, part.counts.waits(), part.name);
    }
  }

  private static Config config(String file, int samples) {
    var narrow =
        new ArrayList<>(
            List.of(
                "model.backbone=custom",
                "model.pretrained=null",
                "model.patchSizePx=16",
                "model.imageSizePx=64",
                "model.embedDim=24",
                "model.depth=12",
                "model.numHeads=3",
                "model.decoderChannels=8",
                "augment.cropSizePx=" + SIZE,
                "train.samplesPerProcess=" + samples));
    if (file.startsWith("voc")) {
      narrow.addAll(
          List.of(
              "model.projectionHidden=16",
              "model.projectionBottleneck=8",
              "model.projectionOut=12",
              "train.localCropSizePx=32"));
    }
    return Config.load(Path.of("configs/" + file + ".yaml"), narrow);
  }

  /// The second step, after the first has made what stays.
  private static List<Part> partsOfStep(Config config, int samples) {
    StandIn.device(0);
    var parts = new ArrayList<Part>();
    StepClock clock =
        name -> {
          parts.add(new Part(name, StandIn.counts(), StandIn.operators()));
          StandIn.reset();
        };
    long last =
        Math.max(Recipes.of(config).losses().changes().getLast(), config.train().maxIters());
    var batch = batch(config, samples).atStep(last);
    try (var _ = TensorScope.open();
        var steps = new StepsOnDevice(config, StandIn.device(0), clock, List.of(batch))) {
      steps.run();
      parts.clear();
      StandIn.reset();
      steps.run();
    }
    return parts;
  }

  private static String table(List<Part> parts) {
    var text = new StringBuilder("| part | operators | launches | copies to the device |\n");
    var calls = new LinkedHashMap<String, Long>();
    for (var part : parts) {
      var counts = part.counts;
      text.append(
          "| %s | %s | %s | %s |\n"
              .formatted(part.name, counts.operators(), counts.launches(), counts.toDevice()));
      part.operators.forEach((name, count) -> calls.merge(name, count, Long::sum));
    }
    calls.entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(entry -> text.append("%6d %s\n".formatted(entry.getValue(), entry.getKey())));
    return text.toString();
  }

  private static Batch batch(Config config, int samples) {
    int classes = config.model().foregroundClasses();
    var labels = new float[classes];
    labels[3] = 1;
    labels[14] = 1;
    var all = new float[samples * classes];
    for (int i = 0; i < all.length; i++) {
      all[i] = labels[i % classes];
    }
    return new Batch(
        Tensor.randn(samples, 3, SIZE, SIZE),
        Tensor.randn(samples, 3, SIZE, SIZE),
        Tensor.randn(samples, 3, SIZE, SIZE),
        Tensor.of(all, samples, classes),
        Collections.nCopies(samples, labels),
        IntStream.range(0, samples).mapToObj(_ -> ImageBox.full(SIZE, SIZE)).toList(),
        IntStream.range(0, samples).boxed().toList(),
        0,
        0);
  }
}
