package toco.parity;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.CheckpointException;
import toco.checkpoint.SafeTensors;
import toco.config.Config;
import toco.files.Json;
import toco.torch.Device;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Runs the golden cases of a folder through the classes that training and evaluation use.
public final class Parity {
  /// Cases without tensors of a network, which are computed by Java or by kernels of the CPU
  /// wherever training runs.
  private static final Set<String> HOST_CASES =
      Set.of("decode", "scores", "dense_crf", "strong_parameters");

  private final Path directory;
  private final List<Path> realWeights;
  private final Device device;
  private final List<Family> families;
  private @Nullable Config microConfig;

  private Parity(Path directory, List<Path> realWeights, Device device) {
    this.directory = directory;
    this.device = device;
    this.realWeights = realWeights;
    families =
        List.of(
            golden -> EncoderCases.rows(golden, directory, realWeights),
            golden -> MoreCases.rows(golden, directory),
            golden -> CosaCases.rows(golden, directory),
            new TocoCases(directory, this::microConfig)::rows);
  }

  /// Cases of one method or one kind.
  private interface Family {
    /// @return one row per tensor; null if the case is of another family
    @Nullable List<Row> rows(GoldenCase golden);
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
  /// @param directory has `*.safetensors`, one case per file, and `micro.safetensors`, or recorded
  ///   calls of operators, `calls.json` with `calls.safetensors`; the folder `data` next to it has
  ///   the photographs of `decode` cases
  /// @throws CheckpointException if the folder cannot be listed or has no such files
  public static Report run(Path directory) {
    return run(directory, null, Device.CPU);
  }

  /// The same on another device, where TF32 must be off: cases that only a CPU computes are skipped
  /// there.
  ///
  /// @param weights folder of `dinov2-small` and `vit_small_patch14_dinov2.safetensors`, for cases
  ///   that need published weights; null: they are skipped
  /// @throws CheckpointException also if there is such a folder and it has neither
  public static Report run(Path directory, @Nullable Path weights, Device device) {
    if (weights == null) {
      return new Parity(directory, List.of(), device).run();
    }
    var real = EncoderCases.realWeights(weights);
    if (real.isEmpty()) {
      throw new CheckpointException(
          weights, "has none of " + String.join(", ", EncoderCases.REAL_WEIGHTS));
    }
    return new Parity(directory, real, device).run();
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
            new GoldenCase(name, file.getFileName().toString(), params, contents.tensors(), device);
        var missing =
            device.isCpu() || !HOST_CASES.contains(name)
                ? EncoderCases.missing(golden, realWeights)
                : "computed by the CPU on every device";
        if (!missing.isEmpty()) {
          skipped.put(golden.file(), missing);
          continue;
        }
        var compared = rows(golden);
        if (compared == null) {
          unsupported.add(golden.file());
          continue;
        }
        rows.addAll(compared);
      } catch (RuntimeException e) {
        rows.add(failed(file.getFileName().toString(), "out.*", "", oneLine(e)));
      }
      cases++;
    }
    if (device.isCpu()) { // files that are refused, and calls that name their devices
      var others = new ArrayList<>(Refusals.of(directory));
      others.addAll(OperatorCalls.of(directory));
      rows.addAll(others);
      cases += others.size();
    }
    return new Report(cases, List.copyOf(rows), List.copyOf(unsupported), skipped);
  }

  /// @return those of the first family that knows the case; null if none does
  private @Nullable List<Row> rows(GoldenCase golden) {
    for (var family : families) {
      var rows = family.rows(golden);
      if (rows != null) {
        return rows;
      }
    }
    return null;
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

  private Config microConfig() {
    if (microConfig == null) {
      microConfig = MicroNetwork.config(directory);
    }
    return microConfig;
  }
}
