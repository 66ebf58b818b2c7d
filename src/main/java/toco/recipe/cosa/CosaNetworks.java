package toco.recipe.cosa;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;
import toco.config.ModelConfig;
import toco.model.Network;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.TensorList;

/// The two networks of CoSA: the online one is trained, the teacher is its exponential moving
/// average. Owns both until closed.
///
/// @param online sees strong views
/// @param teacher sees weak views; gets no gradient
public record CosaNetworks(Network online, Network teacher) implements AutoCloseable {
  /// The teacher's name in checkpoints and logs.
  static final String TEACHER = "teacher";

  /// Two networks initialised from LibTorch's random generator, with the same encoder. Classifiers
  /// and decoder are two draws: published, that of the teacher is another one, of which `momentum`ⁿ
  /// is left after n steps. Pretrained weights are to be loaded into both.
  ///
  /// @param autocastDtype as for [Network#Network(ModelConfig, Device, DType)]
  public static CosaNetworks of(ModelConfig config, Device device, @Nullable DType autocastDtype) {
    var online = new Network(config, device, autocastDtype);
    try {
      var networks = new CosaNetworks(online, new Network(config, device, autocastDtype));
      networks.copyEncoder();
      return networks;
    } catch (RuntimeException e) {
      online.close();
      throw e;
    }
  }

  private void copyEncoder() {
    try (var _ = GradMode.noGrad()) {
      var source = online.params().all();
      teacher
          .params()
          .all()
          .forEach((name, weight) -> {
            if (name.startsWith("encoder.")) {
              weight.copy_(requireNonNull(source.get(name)));
            }
          });
    }
  }

  /// Moves every weight of the teacher, frozen ones too, towards the online network's: `teacher =
  /// momentum · teacher + (1 − momentum) · online`. Call after the optimizer's step.
  public void emaUpdate(double momentum) {
    weights(teacher).emaUpdate(weights(online), momentum);
  }

  private static TensorList weights(Network network) {
    return new TensorList(
        network.params().all().values().stream()
            .filter(weight -> weight.dtype().isFloatingPoint()) // a script may count, too
            .toList());
  }

  @Override
  public void close() {
    online.close();
    teacher.close();
  }
}
