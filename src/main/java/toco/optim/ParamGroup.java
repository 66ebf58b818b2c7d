package toco.optim;

import java.util.List;
import java.util.Map;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Parameters that share a learning rate and whether they decay, with the optimizer's state for
/// each.
///
/// @param name of the group, in messages and logs; groups of one name share a learning rate
/// @param lr base learning rate, which a [Schedule] scales
/// @param decays whether weight decay applies
/// @param names full parameter names, in the order of the lists
/// @param first AdamW's first moments, SGD's momentum buffers
/// @param second AdamW's second moments; unused by SGD
public record ParamGroup(
    String name,
    double lr,
    boolean decays,
    List<String> names,
    List<Tensor> params,
    List<Tensor> first,
    List<Tensor> second)
    implements AutoCloseable {

  /// A group with weight decay, whose state is zero. The state is owned by the group until it is
  /// closed.
  public static ParamGroup of(String name, double lr, Map<String, Tensor> params) {
    return of(name, lr, true, params);
  }

  /// The same with or without weight decay.
  public static ParamGroup of(String name, double lr, boolean decays, Map<String, Tensor> params) {
    var tensors = List.copyOf(params.values());
    return new ParamGroup(
        name, lr, decays, List.copyOf(params.keySet()), tensors, zeros(tensors), zeros(tensors));
  }

  private static List<Tensor> zeros(List<Tensor> like) {
    return like.stream().map(tensor -> TensorScope.release(tensor.detach().zerosLike())).toList();
  }

  @Override
  public void close() {
    first.forEach(Tensor::close);
    second.forEach(Tensor::close);
  }
}
