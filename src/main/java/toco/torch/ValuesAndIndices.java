package toco.torch;

import static java.lang.foreign.ValueLayout.ADDRESS;

/// Values and their positions along the dimension that was searched or sorted.
///
/// @param values of the input's dtype
/// @param indices int64, of the same shape as `values`
public record ValuesAndIndices(Tensor values, Tensor indices) {
  /// Adopts both tensors that a call left in the out-slots, or throws what its status says.
  static ValuesAndIndices of(int status) {
    CallScratch.check(status);
    var scratch = CallScratch.get();
    return new ValuesAndIndices(
        Tensor.adopt(scratch.out.get(ADDRESS, 0)), Tensor.adopt(scratch.second.get(ADDRESS, 0)));
  }
}
