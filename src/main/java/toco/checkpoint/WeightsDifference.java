package toco.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// How two files' weights differ.
///
/// @param onlyFirst names that the second file lacks
/// @param onlySecond names that the first file lacks
/// @param changed tensors of both that are not equal bit for bit, in the first file's order
/// @param equal tensors that are
public record WeightsDifference(
    List<String> onlyFirst, List<String> onlySecond, List<Changed> changed, int equal) {
  public WeightsDifference {
    onlyFirst = List.copyOf(onlyFirst);
    onlySecond = List.copyOf(onlySecond);
    changed = List.copyOf(changed);
  }

  /// A tensor that is not the same in both.
  ///
  /// @param what of another shape or dtype, such as "[2, 3] float32 and [3, 2] float32"; empty if
  ///   only values differ
  /// @param largest the largest difference of two values; NaN where shapes differ, or where one
  ///   value alone is NaN
  /// @param relative that, over the largest value of the first tensor
  public record Changed(String name, String what, double largest, double relative) {}

  /// Compares them.
  public static WeightsDifference of(StateDict first, StateDict second) {
    var onlyFirst = new ArrayList<String>();
    var changed = new ArrayList<Changed>();
    int equal = 0;
    for (var line : first.tensors().entrySet()) {
      var other = second.tensors().get(line.getKey());
      if (other == null) {
        onlyFirst.add(line.getKey());
      } else if (isSame(line.getValue(), other)) {
        equal++;
      } else {
        changed.add(compare(line.getKey(), line.getValue(), other));
      }
    }
    var onlySecond =
        second.tensors().keySet().stream()
            .filter(name -> !first.tensors().containsKey(name))
            .toList();
    return new WeightsDifference(onlyFirst, onlySecond, changed, equal);
  }

  /// Whether there is none.
  public boolean isEmpty() {
    return onlyFirst.isEmpty() && onlySecond.isEmpty() && changed.isEmpty();
  }

  /// @param second the file that was compared with the first
  void requireSameNetwork(Path second) {
    var problem =
        !onlyFirst.isEmpty()
            ? "lacks " + onlyFirst.getFirst()
            : !onlySecond.isEmpty()
                ? "has %s besides".formatted(onlySecond.getFirst())
                : changed.stream()
                    .filter(tensor -> !tensor.what.isEmpty())
                    .findFirst()
                    .map(tensor -> "differs in %s: %s".formatted(tensor.name, tensor.what))
                    .orElse("");
    if (!problem.isEmpty()) {
      throw new CheckpointException(
          second, problem + "; give files of one network, the same as the first's");
    }
  }

  private static boolean isSame(Tensor first, Tensor second) {
    return first.dtype() == second.dtype()
        && first.shape().equals(second.shape())
        && first.contiguous().segment().mismatch(second.contiguous().segment()) < 0;
  }

  private static Changed compare(String name, Tensor first, Tensor second) {
    boolean sameKind = first.dtype() == second.dtype() && first.shape().equals(second.shape());
    boolean counts = !first.dtype().isFloatingPoint();
    var what =
        sameKind
            ? counts ? "integers that differ" : ""
            : "%s %s and %s %s"
                .formatted(first.shape(), first.dtype(), second.shape(), second.dtype());
    if (!first.shape().equals(second.shape()) || first.numel() == 0) {
      return new Changed(name, what, Double.NaN, Double.NaN);
    }
    try (var _ = TensorScope.open()) {
      var one = first.to(DType.FLOAT64);
      double largest = one.sub(second.to(DType.FLOAT64)).abs().amax().item();
      return new Changed(name, what, largest, largest / one.abs().amax().item());
    }
  }
}
