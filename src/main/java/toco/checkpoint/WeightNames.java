package toco.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import toco.torch.Tensor;

/// Removes from the names of weights what training tools put around a network.
final class WeightNames {
  /// torch.compile, FSDP and activation checkpointing name their wrapper at any depth.
  private static final Pattern WRAPPER =
      Pattern.compile(
          "(?<![^.])(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\\.(?=.)");

  /// Data-parallel training puts this around everything.
  private static final List<String> DATA_PARALLEL = List.of("module.");

  /// So do Lightning and programs that have the network in a field.
  private static final List<String> AROUND_NETWORK =
      List.of("module.", "model.", "net.", "network.");

  /// A counter next to the weights of `AveragedModel`.
  private static final Set<String> COUNTERS = Set.of("n_averaged");

  private WeightNames() {}

  /// The same tensors without what torch.compile, FSDP and data-parallel training add to names.
  /// Names that would become equal stay as they are.
  static Map<String, Tensor> plain(Map<String, Tensor> tensors) {
    var names = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> names.put(WRAPPER.matcher(name).replaceAll(""), tensor));
    return withoutCommon(names.size() == tensors.size() ? names : tensors, DATA_PARALLEL);
  }

  /// The same tensors also without the name of the field that the network was in.
  static Map<String, Tensor> ofNetwork(Map<String, Tensor> tensors) {
    return withoutCommon(tensors, AROUND_NETWORK);
  }

  private static Map<String, Tensor> withoutCommon(
      Map<String, Tensor> tensors, List<String> prefixes) {
    var plain = tensors;
    for (var prefix = common(plain, prefixes);
        !prefix.isEmpty();
        prefix = common(plain, prefixes)) {
      plain = StateDict.withoutPrefix(plain, prefix);
    }
    return plain;
  }

  private static String common(Map<String, Tensor> tensors, List<String> prefixes) {
    return prefixes.stream()
        .filter(prefix ->
            tensors.keySet().stream().anyMatch(name -> name.startsWith(prefix))
                && tensors.keySet().stream()
                    .allMatch(name -> name.startsWith(prefix) || COUNTERS.contains(name)))
        .findFirst()
        .orElse("");
  }
}
