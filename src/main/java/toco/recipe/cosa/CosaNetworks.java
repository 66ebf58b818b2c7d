package toco.recipe.cosa;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.ModelConfig;
import toco.model.Toco;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.TensorList;

/// The two networks of CoSA: the online one is trained, the teacher is its exponential moving
/// average. Owns both until closed.
///
/// They are ToCo's network without projection heads. Those of the class used for it are never used,
/// trained or averaged.
///
/// @param online sees strong views
/// @param teacher sees weak views; gets no gradient
public record CosaNetworks(Toco online, Toco teacher) implements AutoCloseable {
  private static final String PROJECTION_HEADS = "proj_head";

  /// Two networks initialised from LibTorch's random generator, the teacher's heads by a draw of
  /// their own, as published. Load a pretrained encoder into the online network, then call
  /// [#startTeacher].
  ///
  /// @param autocastDtype as for [Toco#Toco(ModelConfig, Device, DType)]
  public static CosaNetworks of(ModelConfig config, Device device, @Nullable DType autocastDtype) {
    var online = new Toco(config, device, autocastDtype);
    try {
      return new CosaNetworks(online, new Toco(config, device, autocastDtype));
    } catch (RuntimeException e) {
      online.close();
      throw e;
    }
  }

  /// Gives the teacher the online network's encoder. Its classifiers and decoder stay as they are:
  /// published, they are another random draw, of which `momentum`ⁿ is left after n steps.
  public void startTeacher() {
    try (var _ = GradMode.noGrad()) {
      teacher
          .params()
          .all()
          .forEach((name, weight) -> {
            var source = online.params().all().get(name);
            if (name.startsWith("encoder.") && source != null) {
              weight.copy_(source);
            }
          });
    }
  }

  /// Moves every weight of the teacher, frozen ones too, towards the online network's: `teacher =
  /// momentum · teacher + (1 − momentum) · online`. Call after the optimizer's step.
  public void emaUpdate(double momentum) {
    weights(teacher).emaUpdate(weights(online), momentum);
  }

  private static TensorList weights(Toco network) {
    return new TensorList(
        network.params().all().entrySet().stream()
            .filter(entry -> isPartOfCosa(entry.getKey()))
            .map(Map.Entry::getValue)
            .toList());
  }

  /// Whether a weight is one of CoSA's network.
  public static boolean isPartOfCosa(String name) {
    return !name.startsWith(PROJECTION_HEADS);
  }

  @Override
  public void close() {
    online.close();
    teacher.close();
  }
}
