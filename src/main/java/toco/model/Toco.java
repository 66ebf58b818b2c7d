package toco.model;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.ModelConfig;
import toco.nn.Parameters;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// The ToCo network (arXiv:2303.01267): a [Network] with student and teacher projection heads.
public final class Toco extends Network {
  private final ProjectionHead student;
  private final ProjectionHead teacher;

  /// A network in float32, initialised from LibTorch's random generator.
  public Toco(ModelConfig config, Device device) {
    this(config, device, null);
  }

  /// A network initialised from LibTorch's random generator.
  ///
  /// @param autocastDtype as [Network]'s
  public Toco(ModelConfig config, Device device, @Nullable DType autocastDtype) {
    var params = new Parameters(device);
    var encoder = encoder(config, params);
    ProjectionHead student;
    ProjectionHead teacher;
    try (var _ = GradMode.enabled(true)) {
      student = new ProjectionHead(params.child("proj_head"), config);
      teacher = new ProjectionHead(params.frozenChild("proj_head_t"), config);
      teacher.emaUpdate(student, 0); // starts as a copy
    }
    super(config, params, encoder, autocastDtype);
    this.student = student;
    this.teacher = teacher;
  }

  /// All but the projection heads.
  @Override
  public Map<String, Tensor> inferenceWeights() {
    var weights = new LinkedHashMap<>(params().all());
    weights.keySet().removeIf(name -> name.startsWith("proj_head"));
    return weights;
  }

  /// The student's projection of class tokens.
  ///
  /// @param clsTokens [n, D]
  /// @return [n, projectionOut], with gradient
  public Tensor projectStudent(Tensor clsTokens) {
    return autocastToFloat32(() -> student.forward(clsTokens));
  }

  /// The teacher's projection of class tokens.
  ///
  /// @param clsTokens [n, D]
  /// @return [n, projectionOut], without gradient
  public Tensor projectTeacher(Tensor clsTokens) {
    try (var _ = GradMode.noGrad()) {
      return autocastToFloat32(() -> teacher.forward(clsTokens));
    }
  }

  /// Updates the teacher head as an EMA of the student. Call before the teacher's forward pass in
  /// every step.
  public void updateTeacher() {
    teacher.emaUpdate(student, config().teacherMomentum());
  }

  /// The teacher head's weights; the network's own.
  public List<Tensor> teacherWeights() {
    return teacher.weights();
  }
}
