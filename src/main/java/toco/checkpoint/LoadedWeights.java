package toco.checkpoint;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.torch.Tensor;

/// Where the weights of a network come from.
///
/// @param file the file
/// @param network which one of a checkpoint's networks, if it was chosen by its name; else null
/// @param tensors the network's weights that were loaded, its own: without those that only training
///   uses if the file has none of these
public record LoadedWeights(Path file, @Nullable String network, Map<String, Tensor> tensors) {
  public LoadedWeights {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }
}
