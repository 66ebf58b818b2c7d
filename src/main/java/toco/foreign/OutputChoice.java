package toco.foreign;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.torch.Tensor;

/// Which of several outputs are the logits.
final class OutputChoice {
  private OutputChoice() {}

  /// The chosen tensor; the others are closed.
  ///
  /// @throws ForeignException if it is not there, or none was chosen and several are
  static Tensor of(Path file, @Nullable String wanted, Map<String, Tensor> named) {
    var name = name(file, wanted, named.keySet());
    named.forEach((other, tensor) -> {
      if (!other.equals(name)) {
        tensor.close();
      }
    });
    return Objects.requireNonNull(named.get(name));
  }

  /// The name of the logits among those of all outputs.
  static String name(Path file, @Nullable String wanted, Collection<String> names) {
    if (wanted != null) {
      if (!names.contains(wanted)) {
        throw new ForeignException(
            file,
            "has no output '%s'; it has %s: choose one of these with --output"
                .formatted(wanted, String.join(", ", names)));
      }
      return wanted;
    }
    Optional<String> usual =
        names.size() == 1
            ? names.stream().findFirst()
            : ForeignInput.USUAL_OUTPUTS.stream().filter(names::contains).findFirst();
    return usual.orElseThrow(() ->
        new ForeignException(
            file,
            "has %s outputs, %s; choose the logits with --output"
                .formatted(names.size(), String.join(", ", names))));
  }
}
