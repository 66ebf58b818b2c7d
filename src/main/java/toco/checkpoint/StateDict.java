package toco.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import toco.config.KeyRule;
import toco.config.ModelConfig;
import toco.config.PublishedEncoder;
import toco.files.QuotedText;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorInfo;
import toco.torch.TensorScope;

/// Named weights from a file of any supported format, to be copied to the parameters of a network.
///
/// @param source the file
/// @param tensors by PyTorch's names, in the file's order; they belong to the scope that was
///   innermost at loading, or to the caller if there was none
/// @param origin where in the file they were, and what was skipped
public record StateDict(Path source, Map<String, Tensor> tensors, WeightsOrigin origin) {
  private static final int MAX_LISTED = 10;

  public StateDict {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /// Weights that are all there is in their file.
  public StateDict(Path source, Map<String, Tensor> tensors) {
    this(source, tensors, WeightsOrigin.PLAIN);
  }

  /// Reads a safetensors file, the model of a checkpoint, a `.pth` file of PyTorch, or TorchScript;
  /// the format is detected from the content, not the name. A `.pth` file may wrap its weights, see
  /// [TorchPickle#read]. For weights in several files, give their index `….index.json` or its
  /// folder. What torch.compile, FSDP and data-parallel training put into names (`_orig_mod.`,
  /// `module.`, …) is removed.
  ///
  /// @throws CheckpointException if the file holds no weights or is damaged
  public static StateDict load(Path path) {
    var file = MappedFile.open(ShardedWeights.indexIn(path));
    var contents = contents(file);
    return new StateDict(path, WeightNames.plain(contents.tensors()), contents.origin());
  }

  /// The tensors by their names in the file.
  static TorchPickle.Contents contents(MappedFile file) {
    var kind = FileKind.of(file);
    return switch (kind) {
      case JSON -> plain(ShardedWeights.read(file));
      case SAFETENSORS -> plain(CheckpointFormat.modelOf(SafeTensors.read(file)));
      case ZIP ->
          ScriptWeights.isScript(file.path())
              ? plain(ScriptWeights.read(file.path()))
              : TorchPickle.read(file);
      case PICKLE -> TorchPickle.read(file);
      default ->
          throw new CheckpointException(
              file.path(),
              "expected weights (a safetensors file, or a .pth of torch.save), but it is " + kind);
    };
  }

  private static TorchPickle.Contents plain(Map<String, Tensor> tensors) {
    return new TorchPickle.Contents(tensors, WeightsOrigin.PLAIN);
  }

  /// Copies every tensor to the parameter with the same name, on any device, without recording
  /// gradients. If any name or shape does not match, nothing is copied.
  ///
  /// @throws CheckpointException listing missing and unexpected names and differing shapes
  public void into(Map<String, Tensor> parameters) {
    into(parameters, name -> false);
  }

  /// The same, but skips tensors of the file that have no parameter if `ignored` accepts their
  /// name.
  public void into(Map<String, Tensor> parameters, Predicate<String> ignored) {
    check(parameters, ignored);
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      tensors.forEach((name, tensor) -> {
        var parameter = parameters.get(name);
        if (parameter != null) {
          parameter.copy_(tensor);
        }
      });
    }
  }

  /// Loads the pretrained encoder of a configuration into the parameters `encoder.*`, after
  /// checking that the folder it is in does not contradict the configuration in what weights do not
  /// show, such as the number of heads.
  ///
  /// @param path the file or folder, such as `model.pretrained`
  /// @throws toco.config.ConfigException if the folder contradicts the configuration
  public static String loadEncoder(Path path, Map<String, Tensor> parameters, ModelConfig model) {
    PublishedEncoder.of(path).ifPresent(published -> published.requireFits(model));
    return loadEncoder(path, parameters, model.keyRules());
  }

  /// Loads a pretrained encoder into the parameters `encoder.*`: a file as its publisher wrote it,
  /// or the encoder of a ToCo file. What a file holds besides is skipped and named. A position
  /// embedding of another grid is resampled, see [EncoderWeights].
  ///
  /// @param parameters all parameters of the network; those that do not begin with `encoder.` are
  ///   left unchanged
  /// @param rules how to rename the weights of the file first
  /// @return a summary in one line, for the log
  /// @throws CheckpointException as [#into], also naming differences in depth, width, patch size or
  ///   the encoder's switches, and what no encoder of ToCo can have
  public static String loadEncoder(Path path, Map<String, Tensor> parameters, List<KeyRule> rules) {
    try (var _ = TensorScope.open()) {
      return EncoderWeights.load(StateDict.load(path).renamed(rules), parameters);
    }
  }

  /// The tensor with this name, which must exist.
  Tensor tensor(String name) {
    return Objects.requireNonNull(tensors.get(name), name);
  }

  private StateDict renamed(List<KeyRule> rules) {
    var renamed = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> {
      var to = name;
      for (var rule : rules) {
        to = rule.apply(to);
      }
      if (renamed.put(to, tensor) != null) {
        throw new CheckpointException(
            source,
            ("has two weights that the rules of model.pretrainedKeys both rename to %s; make "
                    + "the rules more specific")
                .formatted(QuotedText.quote(to)));
      }
    });
    return new StateDict(source, renamed, origin);
  }

  static Map<String, Tensor> withoutPrefix(Map<String, Tensor> tensors, String prefix) {
    var plain = new LinkedHashMap<String, Tensor>();
    tensors.forEach((name, tensor) -> {
      if (name.startsWith(prefix)) {
        plain.put(name.substring(prefix.length()), tensor);
      }
    });
    return plain;
  }

  /// @throws CheckpointException if FSDP joined the weights to nameless vectors
  void requireSeparateWeights() {
    tensors.keySet().stream()
        .filter(name -> name.endsWith("flat_param"))
        .findFirst()
        .ifPresent(name -> {
          throw new CheckpointException(
              source,
              ("holds the flat parameters of FSDP, such as %s; save the whole state dict, in Python"
                      + " with StateDictType.FULL_STATE_DICT")
                  .formatted(QuotedText.quote(name)));
        });
  }

  private void check(Map<String, Tensor> parameters, Predicate<String> ignored) {
    requireSeparateWeights();
    var missing = parameters.keySet().stream().filter(name -> !tensors.containsKey(name)).toList();
    var unexpected = new ArrayList<String>();
    var mismatched = new ArrayList<String>();
    tensors.forEach((name, tensor) -> {
      var parameter = parameters.get(name);
      if (parameter != null) {
        compare(name, parameter.info(), tensor.info(), mismatched);
      } else if (!ignored.test(name)) {
        unexpected.add(name);
      }
    });
    if (!missing.isEmpty() || !unexpected.isEmpty() || !mismatched.isEmpty()) {
      throw new CheckpointException(
          source,
          ("does not fit the network of %s parameters:%s%s%s check that model and file "
                  + "belong together")
              .formatted(
                  parameters.size(),
                  listed("missing in the file", missing.stream().map(this::withReason).toList()),
                  listed("unexpected in the file", unexpected),
                  listed("of another shape or kind", mismatched)));
    }
  }

  /// A missing name, and why its entry in the file was skipped if it has one.
  private String withReason(String name) {
    return origin.skipped().entrySet().stream()
        .filter(entry -> ("." + entry.getKey()).endsWith("." + name))
        .findFirst()
        .map(entry -> "%s (which is %s)".formatted(name, entry.getValue()))
        .orElse(name);
  }

  private static void compare(
      String name, TensorInfo expected, TensorInfo got, List<String> mismatched) {
    if (!expected.shape().equals(got.shape())) {
      mismatched.add("%s (expected %s, got %s)".formatted(name, expected.shape(), got.shape()));
    } else if (expected.dtype() != got.dtype()
        && !(expected.dtype().isFloatingPoint() && got.dtype().isFloatingPoint())) {
      mismatched.add("%s (expected %s, got %s)".formatted(name, expected.dtype(), got.dtype()));
    }
  }

  private static String listed(String what, List<String> names) {
    if (names.isEmpty()) {
      return "";
    }
    var first = String.join(", ", names.subList(0, Math.min(MAX_LISTED, names.size())));
    return " %s %s: %s%s;"
        .formatted(names.size(), what, first, names.size() > MAX_LISTED ? ", …" : "");
  }
}
