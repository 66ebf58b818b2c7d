package toco.model;

import java.util.ArrayList;
import java.util.List;
import toco.config.ModelConfig;
import toco.nn.Init;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.Functional;
import toco.torch.Tensor;
import toco.torch.TensorList;

/// Projects class tokens for the class-token contrast, as DINO's head: three linear layers with
/// GELU between, L2 normalisation, and a weight-normalised linear layer whose gain stays 1. The
/// output is not normalised.
public final class ProjectionHead {
  private static final double INIT_STD = 0.02;
  private static final double NORMALIZE_EPS = 1e-12;

  private final List<Linear> mlp = new ArrayList<>();
  private final Tensor weightG;
  private final Tensor weightV;
  private final TensorList weights;

  /// @param params a [Parameters#frozenChild] for a teacher, which only [#emaUpdate] changes
  public ProjectionHead(Parameters params, ModelConfig model) {
    int width = model.encoderShape().embedDim();
    int hidden = model.projectionHidden();
    int bottleneck = model.projectionBottleneck();
    var layers = params.child("mlp"); // numbered as in nn.Sequential(Linear, GELU, Linear, …)
    mlp.add(new Linear(layers.child("0"), width, hidden, true, INIT_STD));
    mlp.add(new Linear(layers.child("2"), hidden, hidden, true, INIT_STD));
    mlp.add(new Linear(layers.child("4"), hidden, bottleneck, true, INIT_STD));
    var last = params.child("last_layer");
    weightG = last.addFrozen("weight_g", Tensor.ones(model.projectionOut(), 1));
    weightV = last.add("weight_v", Init.uniformFanIn(model.projectionOut(), bottleneck));
    weights = new TensorList(params.own());
  }

  /// Updates the teacher as an exponential moving average (EMA) of the student: `teacher = momentum
  /// · teacher + (1 − momentum) · student`.
  void emaUpdate(ProjectionHead student, double momentum) {
    weights.emaUpdate(student.weights, momentum);
  }

  /// All weights of the head; its own.
  List<Tensor> weights() {
    return weights.tensors();
  }

  /// @param clsTokens [n, D]
  /// @return [n, projectionOut]
  public Tensor forward(Tensor clsTokens) {
    var x = mlp.get(0).forward(clsTokens).gelu();
    x = mlp.get(1).forward(x).gelu();
    x = mlp.get(2).forward(x).normalize(-1, NORMALIZE_EPS); // [n, bottleneck]
    var direction = weightV.div(weightV.norm(new long[] {1}, true));
    return Functional.linear(x, direction.mul(weightG), null);
  }
}
