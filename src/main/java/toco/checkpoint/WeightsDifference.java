package toco.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The differences between the weights in two files.
///
/// @param onlyFirst names that the second file lacks
/// @param onlySecond names that the first file lacks
/// @param changed tensors in both files that are not bit-identical, in the order of the first file
/// @param equal number of tensors that are
public record WeightsDifference(
    List<String> onlyFirst, List<String> onlySecond, List<Changed> changed, int equal) {
  public WeightsDifference {
    onlyFirst = List.copyOf(onlyFirst);
    onlySecond = List.copyOf(onlySecond);
    changed = List.copyOf(changed);
  }

  /// A tensor that differs between the files.
  ///
  /// @param what differing shapes or dtypes, such as "[2, 3] float32 and [3, 2] float32"; empty if
  ///   only values differ
  /// @param largest the largest difference between values; NaN if shapes differ, or if a value is
  ///   NaN in only one file
  /// @param relative `largest` relative to the largest value of the first tensor
  public record Changed(String name, String what, double largest, double relative) {}

  /// Compares two files.
  public static WeightsDifference of(StateDict first, StateDict second) {
    var onlyFirst = new ArrayList<String>();
    var changed = new ArrayList<Changed>();
    int equal = 0;
    for (var entry : first.tensors().entrySet()) {
      var other = second.tensors().get(entry.getKey());
      if (other == null) {
        onlyFirst.add(entry.getKey());
      } else if (isSame(entry.getValue(), other)) {
        equal++;
      } else {
        changed.add(compare(entry.getKey(), entry.getValue(), other));
      }
    }
    var onlySecond =
        second.tensors().keySet().stream()
            .filter(name -> !first.tensors().containsKey(name))
            .toList();
    return new WeightsDifference(onlyFirst, onlySecond, changed, equal);
  }

  /// Whether the weights are the same.
  public boolean isEmpty() {
    return onlyFirst.isEmpty() && onlySecond.isEmpty() && changed.isEmpty();
  }

  /// @param second the file that was compared with the first
  void requireSameNetwork(Path second) {
    var problem =
        !onlyFirst.isEmpty()
            ? "lacks " + onlyFirst.getFirst()
            : !onlySecond.isEmpty()
                ? "has %s, which the first file lacks".formatted(onlySecond.getFirst())
                : changed.stream()
                    .filter(tensor -> !tensor.what.isEmpty())
                    .findFirst()
                    .map(tensor -> "differs in %s: %s".formatted(tensor.name, tensor.what))
                    .orElse("");
    if (!problem.isEmpty()) {
      throw new CheckpointException(
          second, problem + "; give files of the same network as the first");
    }
  }

  private static boolean isSame(Tensor first, Tensor second) {
    return first.dtype() == second.dtype()
        && first.shape().equals(second.shape())
        && first.contiguous().segment().mismatch(second.contiguous().segment()) < 0;
  }

  private static Changed compare(String name, Tensor first, Tensor second) {
    boolean sameLayout = first.dtype() == second.dtype() && first.shape().equals(second.shape());
    boolean integers = !first.dtype().isFloatingPoint() && !first.dtype().isComplex();
    var what =
        sameLayout
            ? integers ? "integers that differ" : ""
            : "%s %s and %s %s"
                .formatted(first.shape(), first.dtype(), second.shape(), second.dtype());
    if (!first.shape().equals(second.shape()) || first.numel() == 0) {
      return new Changed(name, what, Double.NaN, Double.NaN);
    }
    try (var _ = TensorScope.open()) {
      boolean complex = first.dtype().isComplex() || second.dtype().isComplex();
      var type = complex ? DType.COMPLEX128 : DType.FLOAT64;
      var one = first.to(type);
      double largest = one.sub(second.to(type)).abs().amax().item();
      return new Changed(name, what, largest, largest / one.abs().amax().item());
    }
  }
}
