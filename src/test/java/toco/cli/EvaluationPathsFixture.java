package toco.cli;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import toco.checkpoint.SafeTensors;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.data.OneHotNpy;
import toco.image.ImageWriter;
import toco.image.LabelMap;
import toco.image.Picture;
import toco.model.Network;
import toco.recipes.Recipes;
import toco.torch.Device;
import toco.torch.Rng;
import toco.torch.TensorScope;

/// Three images of different shapes with masks, the last of which shows no class, and small
/// networks with random weights.
final class EvaluationPathsFixture {
  static final List<String> NAMES = List.of("wide", "tall", "empty");
  static final List<float[]> LABELS =
      List.of(new float[] {1, 0, 1}, new float[] {0, 1, 0}, new float[] {0, 0, 0});
  static final int CLASSES = 4;

  private static final int[][] SIZES = {{60, 34}, {31, 55}, {40, 40}}; // width, height
  private static final String YAML =
      """
      recipe: %s
      model: {backbone: custom, imageSizePx: 96, patchSizePx: 16, embedDim: 16, depth: 3,
        numHeads: 2, numClasses: 4, decoderChannels: 8, decoderDilation: 2, initStd: 0.3}
      data: {root: %s, classNames: [cat, dog, tree]}
      augment: {cropSizePx: 112}
      cam: {scales: [1]}
      eval: {sizePx: 96, camScales: [1, 0.5]}
      run: {dir: %s}
      """;

  private final Path folder;

  EvaluationPathsFixture(Path folder) throws IOException {
    this.folder = folder;
    for (var name : List.of("JPEGImages", "SegmentationClassAug", "lists")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.write(folder.resolve("lists/val.txt"), NAMES);
    writeLabels(NAMES);
    for (int i = 0; i < NAMES.size(); i++) {
      write(i, SIZES[i][0], SIZES[i][1]);
    }
    for (var recipe : List.of("toco", "more")) {
      var yaml = YAML.formatted(recipe, folder, folder.resolve("run-" + recipe));
      Files.writeString(config(recipe), yaml);
      Rng.manualSeed(5);
      try (var _ = TensorScope.open();
          var model = Recipes.of(Config.load(config(recipe), List.of())).network(Device.CPU)) {
        SafeTensors.write(checkpoint(recipe), model.params().all(), Map.of());
      }
    }
  }

  /// Smooth colours with edges, and labels in blocks, some of them ignored.
  private void write(int i, int width, int height) {
    var picture = Picture.filled(width, height, 0);
    var mask = new byte[width * height];
    for (int p = 0; p < mask.length; p++) {
      int x = p % width;
      int y = p / width;
      int red = (int) (128 + 127 * Math.sin(0.3 * x + i));
      int green = x / 9 % 2 == y / 11 % 2 ? 200 : 40;
      int blue = (int) (128 + 127 * Math.cos(0.2 * y * (i + 1)));
      picture.rgb()[p] = red << 16 | green << 8 | blue;
      int block = (x / 8 + y / 8) % 5;
      mask[p] = (byte) (block == 4 ? LabelMap.IGNORE : block);
    }
    ImageWriter.writePng(picture, image(i)); // the decoder detects the format
    ImageWriter.writePng(new LabelMap(MemorySegment.ofArray(mask), width, height), maskPath(i));
  }

  private void writeLabels(List<String> names) throws IOException {
    var labels = new LinkedHashMap<String, float[]>();
    names.forEach(name -> labels.put(name, LABELS.get(NAMES.indexOf(name))));
    OneHotNpy.write(folder.resolve("lists/cls_labels_onehot.npy"), labels);
  }

  void removeLabel(int i) throws IOException {
    writeLabels(NAMES.stream().filter(name -> !name.equals(NAMES.get(i))).toList());
  }

  /// Takes predictions as masks.
  void replaceMasks(Path labels) throws IOException {
    for (int i = 0; i < NAMES.size(); i++) {
      Files.copy(
          labels.resolve(NAMES.get(i) + ".png"), maskPath(i), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  Cli.Result toco(String recipe, String command, List<?> options) {
    var line = new ArrayList<Object>(List.of(command.split(" ")));
    line.addAll(List.of(config(recipe), "--checkpoint", checkpoint(recipe)));
    line.addAll(options);
    return Cli.run(line.toArray());
  }

  /// The network that the commands load.
  Network network(String recipe) {
    return TrainedNetwork.load(
            checkpoint(recipe), Config.load(config(recipe), List.of()), Device.CPU)
        .model();
  }

  Path image(int i) {
    return folder.resolve("JPEGImages", NAMES.get(i) + ".jpg");
  }

  /// The true labels, row by row.
  long[] mask(int i) throws IOException {
    var raster = ImageIO.read(maskPath(i).toFile()).getRaster();
    return Arrays.stream(
            raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null))
        .asLongStream()
        .toArray();
  }

  private Path maskPath(int i) {
    return folder.resolve("SegmentationClassAug", NAMES.get(i) + ".png");
  }

  private Path config(String recipe) {
    return folder.resolve(recipe + ".yaml");
  }

  private Path checkpoint(String recipe) {
    return folder.resolve(recipe + ".safetensors");
  }
}
