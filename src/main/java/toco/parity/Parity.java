package toco.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.files.Json;
import toco.model.Toco;
import toco.parity.Tolerance.Mostly;
import toco.parity.Tolerance.OfLargest;
import toco.parity.Tolerance.Share;
import toco.parity.Tolerance.Within;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Runs the golden cases of a folder through the classes that training and evaluation use.
public final class Parity {
  private static final Within CLOSE = new Within(1e-4, 1e-4);
  private static final Share LABELS = new Share(0.999, new Within(0, 0));

  private final Path directory;
  private final List<Path> realWeights;
  private @Nullable Config microConfig;

  private Parity(Path directory, List<Path> realWeights) {
    this.directory = directory;
    this.realWeights = realWeights;
  }

  /// One compared tensor, or one case that could not be run.
  ///
  /// @param tensor its name; `out.*` means all tensors of a case
  /// @param error the largest error, as the tolerance measures it
  /// @param note what is wrong apart from the error; may be empty
  public record Row(
      String file, String tensor, double error, String tolerance, boolean pass, String note) {}

  /// The results of a folder.
  ///
  /// @param cases how many cases were run, including those that failed to run
  /// @param rows one row per tensor
  /// @param unsupported files with cases that this version does not know
  /// @param skipped why cases were not run, by file
  public record Report(
      int cases, List<Row> rows, List<String> unsupported, Map<String, String> skipped) {
    public long failed() {
      return rows.stream().filter(row -> !row.pass()).count();
    }
  }

  /// Runs every case. A file that cannot be read or run gives a failed row, and the next one is
  /// run.
  ///
  /// @param directory has `*.safetensors`, one case per file, and `micro.safetensors`; the folder
  ///   `data` next to it has the photographs of `decode` cases
  /// @throws CheckpointException if the folder cannot be listed or has no such files
  public static Report run(Path directory) {
    return new Parity(directory, List.of()).run();
  }

  /// As [#run(Path)], with cases that need published weights.
  ///
  /// @param weights folder of `dinov2-small` and `vit_small_patch14_dinov2.safetensors`
  /// @throws CheckpointException also if the folder has neither
  public static Report run(Path directory, Path weights) {
    var real = EncoderCases.realWeights(weights);
    if (real.isEmpty()) {
      throw new CheckpointException(
          weights, "has none of " + String.join(", ", EncoderCases.REAL_WEIGHTS));
    }
    return new Parity(directory, real).run();
  }

  private Report run() {
    var rows = new ArrayList<Row>();
    var unsupported = new ArrayList<String>();
    var skipped = new TreeMap<String, String>();
    int cases = 0;
    for (var file : files()) {
      try (var _ = TensorScope.open()) {
        var contents = SafeTensors.read(file);
        var name = contents.metadata().get("case");
        if (name == null) {
          continue; // weights, not a case
        }
        var params = Json.MAPPER.readTree(contents.metadata().getOrDefault("params", "{}"));
        var golden =
            new GoldenCase(name, file.getFileName().toString(), params, contents.tensors());
        var missing = EncoderCases.missing(golden, realWeights);
        if (!missing.isEmpty()) {
          skipped.put(golden.file(), missing);
          continue;
        }
        if (EncoderCases.knows(name)) {
          rows.addAll(EncoderCases.rows(golden, directory, realWeights));
          cases++;
          continue;
        }
        if (MoreCases.knows(name)) {
          rows.addAll(MoreCases.rows(golden, directory));
          cases++;
          continue;
        }
        var computed = compute(golden);
        var tolerance = tolerances(golden.name());
        if (computed == null) {
          computed = CosaCases.compute(golden, directory, this::microConfig);
          tolerance = tensor -> CosaCases.tolerance(golden, tensor);
        }
        if (computed == null) {
          unsupported.add(golden.file());
          continue;
        }
        rows.addAll(compare(golden, computed, tolerance));
      } catch (RuntimeException e) {
        rows.add(failed(file.getFileName().toString(), "out.*", "", oneLine(e)));
      }
      cases++;
    }
    for (var refusal : Refusals.of(directory)) {
      rows.add(refusal);
      cases++;
    }
    return new Report(cases, List.copyOf(rows), List.copyOf(unsupported), skipped);
  }

  private List<Path> files() {
    try (var all = Files.list(directory)) {
      var files = all.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
      if (files.isEmpty()) {
        throw new CheckpointException(
            directory, "no *.safetensors files; expected a folder of golden cases");
      }
      return files;
    } catch (IOException e) {
      throw new CheckpointException(
          directory, "cannot list this folder of golden cases: " + e.getMessage());
    }
  }

  private @Nullable Map<String, Tensor> compute(GoldenCase golden) {
    return switch (golden.name()) {
      case "encoder" -> withModel(model -> ModelCases.encoder(golden, model));
      case "network" -> withModel(model -> ModelCases.network(golden, model));
      case "cam_only" -> withModel(model -> ModelCases.camOnly(golden, model));
      case "multi_scale_cam" -> withModel(model -> ModelCases.multiScaleCam(golden, model));
      case "eval_multi_scale" -> withModel(model -> ModelCases.evalMultiScale(golden, model));
      case "projection_head" -> withModel(model -> ModelCases.projectionHead(golden, model));
      case "cam_to_label" -> LabelCases.camToLabel(golden);
      case "roi_mask" -> LabelCases.roiMask(golden);
      case "roi_crops" -> LabelCases.roiCrops(golden);
      case "affinity_mask" -> LabelCases.affinityMask(golden);
      case "pseudo_label" -> LabelCases.pseudoLabel(golden);
      case "denormalize" -> LabelCases.denormalize(golden);
      case "par" -> LabelCases.par(golden);
      case "bilateral_filter" -> LabelCases.bilateralFilter(golden);
      case "dense_crf" -> LabelCases.denseCrf(golden);
      case "scores" -> LabelCases.scores(golden);
      case "class_loss" -> LossCases.classLoss(golden);
      case "ptc_loss" -> LossCases.ptcLoss(golden);
      case "ctc_loss" -> LossCases.ctcLoss(golden);
      case "seg_loss" -> LossCases.segLoss(golden);
      case "energy_loss" -> LossCases.energyLoss(golden);
      case "decode" -> ImageCases.decode(golden, directory);
      case "resize_bilinear" -> ImageCases.resize(golden);
      case "resized_crop_bicubic" -> ImageCases.resizedCrop(golden);
      case "brightness" -> ImageCases.brightness(golden);
      case "contrast" -> ImageCases.contrast(golden);
      case "saturation" -> ImageCases.saturation(golden);
      case "hue" -> ImageCases.hue(golden);
      case "jitter_chain" -> ImageCases.jitterChain(golden);
      case "grayscale" -> ImageCases.grayscale(golden);
      case "solarize" -> ImageCases.solarize(golden);
      case "gaussian_blur" -> ImageCases.gaussianBlur(golden);
      case "pos_resample" -> PositionCases.resample(golden);
      case "rope" -> PositionCases.rope(golden);
      case "quick_gelu" -> PositionCases.quickGelu(golden);
      case "optimizer" -> TrainingCases.optimizer(golden);
      case "train_trajectory" -> TrainingCases.trajectory(golden, directory, microConfig());
      default -> null;
    };
  }

  private static Function<String, Tolerance> tolerances(String name) {
    return tensor -> tolerance(name, tensor);
  }

  private static Tolerance tolerance(String name, String tensor) {
    return switch (name) {
      case "cam_to_label" -> tensor.equals("out.valid_cam") ? CLOSE : LABELS;
      case "roi_mask", "affinity_mask", "pseudo_label" -> LABELS;
      case "eval_multi_scale" -> tensor.equals("out.label") ? LABELS : new Within(1e-3, 0);
      case "roi_crops" -> tensor.equals("out.flags") ? LABELS : CLOSE;
      case "denormalize" -> new Share(0.999, CLOSE);
      case "class_loss", "ptc_loss", "ctc_loss", "seg_loss" -> new OfLargest(1e-4);
      case "energy_loss" -> new OfLargest(1e-3);
      case "bilateral_filter" -> new OfLargest(1e-3);
      case "dense_crf" ->
          tensor.equals("out.label") ? new Share(0.995, new Within(0, 0)) : new Within(2e-2, 0);
      case "par" -> new Within(1e-4, 0);
      case "optimizer" -> new Within(1e-5, 0);
      case "pos_resample", "rope" -> new Within(1e-5, 0);
      case "quick_gelu" -> new Within(1e-6, 0);
      case "scores" -> new Within(1e-9, 0);
      case "train_trajectory" -> trajectoryTolerance(tensor);
      case "decode" -> new Within(0, 0);
      case "grayscale", "solarize", "resize_bilinear", "resized_crop_bicubic" -> new Within(1, 0);
      case "brightness", "contrast", "saturation", "jitter_chain", "gaussian_blur" ->
          new Mostly(0.95, 1, 3);
      case "hue" -> new Mostly(0.95, 2, 6);
      default -> CLOSE;
    };
  }

  private static Tolerance trajectoryTolerance(String tensor) {
    if (tensor.startsWith("out.param_")) {
      return new Within(5e-4, 0);
    }
    return tensor.equals("out.flags") ? new Share(1, new Within(0, 0)) : new Within(0, 5e-4);
  }

  /// One row per recorded tensor.
  ///
  /// @param tolerances of tensors by name
  static List<Row> compare(
      GoldenCase golden, Map<String, Tensor> computed, Function<String, Tolerance> tolerances) {
    var rows = new ArrayList<Row>();
    for (var entry : new TreeMap<>(golden.tensors()).entrySet()) {
      var key = entry.getKey();
      if (!key.startsWith("out.")) {
        continue;
      }
      var tolerance = tolerances.apply(key);
      var actual = computed.get(key);
      var expected = entry.getValue();
      if (actual == null) {
        rows.add(failed(golden.file(), key, tolerance.toString(), "not computed"));
      } else {
        rows.add(row(golden, key, tolerance, expected, actual));
      }
    }
    if (rows.isEmpty()) {
      throw golden.lacks("out.* to compare with");
    }
    return rows;
  }

  static Row row(
      GoldenCase golden, String tensor, Tolerance tolerance, Tensor expected, Tensor actual) {
    if (!sameShape(expected.shape(), actual.shape())) {
      var note = "expected shape %s, got %s".formatted(expected.shape(), actual.shape());
      return failed(golden.file(), tensor, tolerance.toString(), note);
    }
    var verdict = tolerance.compare(expected.toDoubleArray(), actual.toDoubleArray());
    return new Row(
        golden.file(), tensor, verdict.error(), tolerance.toString(), verdict.pass(), "");
  }

  /// Equal shapes, or a scalar and a list of one element.
  private static boolean sameShape(Shape expected, Shape actual) {
    boolean scalars = expected.dims() <= 1 && actual.dims() <= 1;
    return expected.equals(actual) || (scalars && expected.numel() == 1 && actual.numel() == 1);
  }

  static Row failed(String file, String tensor, String tolerance, String note) {
    return new Row(file, tensor, Double.POSITIVE_INFINITY, tolerance, false, note);
  }

  static String oneLine(RuntimeException e) {
    var message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private interface ModelCase {
    Map<String, Tensor> run(Toco model);
  }

  private Map<String, Tensor> withModel(ModelCase golden) {
    try (var model = MicroNetwork.load(directory, microConfig(), Device.CPU)) {
      return golden.run(model);
    }
  }

  private Config microConfig() {
    if (microConfig == null) {
      microConfig = MicroNetwork.config(directory);
    }
    return microConfig;
  }
}
