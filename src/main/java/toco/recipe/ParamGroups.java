package toco.recipe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import toco.config.OptimConfig;
import toco.nn.Parameters;
import toco.optim.ParamGroup;
import toco.torch.Tensor;

/// The four groups of ToCo's weights: backbone, its norms, classifiers with the student head, and
/// decoder. Frozen weights, such as the teacher head's, belong to none; a group whose weights are
/// all frozen is left out.
final class ParamGroups {
  private ParamGroups() {}

  static List<ParamGroup> of(Parameters params, OptimConfig optim) {
    return Stream.of(
            group(
                "backbone",
                optim.lr(),
                params,
                name -> name.startsWith("encoder.") && !name.contains("norm")),
            group(
                "backbone_norm",
                optim.lr(),
                params,
                name -> name.startsWith("encoder.") && name.contains("norm")),
            group(
                "classifier",
                optim.classifierLr(),
                params,
                name -> name.contains("classifier") || name.startsWith("proj_head.")),
            group("decoder", optim.decoderLr(), params, name -> name.startsWith("decoder.")))
        .filter(group -> !group.names().isEmpty())
        .toList();
  }

  private static ParamGroup group(
      String name, double lr, Parameters params, Predicate<String> belongs) {
    Map<String, Tensor> members = new LinkedHashMap<>(params.trainable());
    members.keySet().removeIf(belongs.negate());
    return ParamGroup.of(name, lr, members);
  }
}
