package toco.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import toco.config.Config;
import toco.model.Network;
import toco.torch.GradMode;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// The weights of a whole network, from which another one starts (`model.init`). What the classes
/// have to do with stays as it was initialised if the classes are other ones, and so does what the
/// file does not have; nothing is left out without being named.
public final class InitialWeights {
  private static final String ENCODER = "encoder.";
  private static final String CLASS_TOKEN = "cls_token";
  private static final String LAST_LAYER = "decoder.conv8.weight";

  /// Layers whose outputs are classes.
  private static final List<String> CLASS_LAYERS =
      List.of("decoder.conv8.", "classifier.", "aux_classifier.", NetworkWeights.ENCODER_HEAD);

  private final Path file;
  private final Optional<Config> origin;
  private final Map<String, Tensor> weights;

  private InitialWeights(Path file, Optional<Config> origin, Map<String, Tensor> weights) {
    this.file = file;
    this.origin = origin;
    this.weights = weights;
  }

  /// Reads weights, of a checkpoint those of the network that its recipe evaluates. They belong to
  /// the innermost scope.
  ///
  /// @param from a folder or file, as [TrainedNetwork#fileOf] takes it
  /// @throws CheckpointException if it has no weights
  public static InitialWeights read(Path from) {
    var file = TrainedNetwork.fileOf(from);
    var origin =
        Checkpoint.configOf(file).map(text -> Config.parse(text, file.toString(), List.of()));
    var weights = WeightNames.ofNetwork(CheckpointNetworks.load(file, null).tensors());
    return new InitialWeights(file, origin, weights);
  }

  /// Copies them to a network.
  ///
  /// @param config the network's
  /// @return lines for the log: how many weights were copied, and the names of all others
  /// @throws CheckpointException if the encoder lacks weights, or any have another shape for
  ///   another reason than the number of classes; nothing is copied then
  /// @throws toco.config.ConfigException if the file was trained with another encoder
  public List<String> into(Network model, Config config) {
    origin.ifPresent(trained -> trained.model().requireSameEncoder(config.model(), file));
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      var match = new Match(fitted(model), model.params().all(), config);
      match.requireFits();
      match.copied.forEach((name, parameter) -> parameter.copy_(match.given(name)));
      return match.lines();
    }
  }

  /// The weights, with as many class tokens as the network has.
  private Map<String, Tensor> fitted(Network model) {
    var own = StateDict.withoutPrefix(model.params().all(), ENCODER);
    var encoder = StateDict.withoutPrefix(weights, ENCODER);
    var token = own.get(CLASS_TOKEN);
    var given = encoder.get(CLASS_TOKEN);
    if (token == null || given == null || token.shape().equals(given.shape())) {
      return weights;
    }
    var fitted = new LinkedHashMap<>(weights);
    ClassTokenWeights.forOtherClasses(encoder, own)
        .forEach((name, weight) -> fitted.put(ENCODER + name, weight));
    return fitted;
  }

  /// Which weights become which.
  private final class Match {
    private final Map<String, Tensor> given;
    private final Map<String, Tensor> copied = new LinkedHashMap<>();
    private final List<String> ofClasses = new ArrayList<>();
    private final List<String> missing = new ArrayList<>();
    private final List<String> misfits = new ArrayList<>();
    private final List<String> unused;
    private final List<String> names;
    private final boolean sameClasses;

    Match(Map<String, Tensor> given, Map<String, Tensor> parameters, Config config) {
      this.given = given;
      names = config.data().classNames();
      sameClasses = isSame(classes(given), classes(parameters));
      long more = classes(parameters) - classes(given);
      parameters.forEach((name, parameter) -> match(name, parameter, more));
      unused = given.keySet().stream().filter(name -> !parameters.containsKey(name)).toList();
    }

    private void match(String name, Tensor parameter, long more) {
      var weight = given.get(name);
      if (weight == null) {
        missing.add(name);
      } else if (!sameClasses && CLASS_LAYERS.stream().anyMatch(name::startsWith)) {
        ofClasses.add(name);
      } else if (weight.shape().equals(parameter.shape())) {
        copied.put(name, parameter);
      } else if (isOfClasses(weight, parameter, more)) {
        ofClasses.add(name);
      } else {
        misfits.add("%s (expected %s, got %s)".formatted(name, parameter.shape(), weight.shape()));
      }
    }

    Tensor given(String name) {
      return Objects.requireNonNull(given.get(name), name);
    }

    void requireFits() {
      var lacking =
          missing.stream()
              .filter(name -> name.startsWith(ENCODER))
              .filter(name -> !name.startsWith(NetworkWeights.ENCODER_HEAD))
              .toList();
      if (copied.isEmpty() || !lacking.isEmpty() || !misfits.isEmpty()) {
        throw new CheckpointException(
            file,
            ("cannot be model.init of this network:%s%s give the weights of a whole network of the"
                    + " same shape, or an encoder alone as model.pretrained")
                .formatted(
                    lacking.isEmpty() ? "" : " it lacks %s;".formatted(some(lacking)),
                    misfits.isEmpty() ? "" : " of another shape are %s;".formatted(some(misfits))));
      }
    }

    List<String> lines() {
      var lines = new ArrayList<String>();
      lines.add(
          "network started from %s: %s of %s weights"
              .formatted(file, copied.size(), copied.size() + ofClasses.size() + missing.size()));
      if (origin.isEmpty()) {
        lines.add(
            "%s does not name its classes; their number is %s"
                .formatted(
                    file, sameClasses ? "the same, so they are taken for the same" : "another"));
      }
      add(lines, "new, because the classes are other ones" + classNames(), ofClasses);
      add(lines, "new, because %s lacks them".formatted(file), missing);
      add(lines, "in %s, but not of this network".formatted(file), unused);
      return lines;
    }

    private String classNames() {
      return origin
          .map(trained ->
              " (%s instead of %s)"
                  .formatted(
                      String.join(", ", names), String.join(", ", trained.data().classNames())))
          .orElse("");
    }

    private boolean isSame(long given, long own) {
      return given == own && (origin.isEmpty() || origin.get().data().classNames().equals(names));
    }
  }

  private static void add(List<String> lines, String what, List<String> names) {
    if (!names.isEmpty()) {
      lines.add(what + ": " + String.join(", ", names));
    }
  }

  private static String some(List<String> names) {
    int most = 10;
    return String.join(", ", names.subList(0, Math.min(most, names.size())))
        + (names.size() > most ? ", …" : "");
  }

  /// Whether shapes differ in nothing but the number of classes.
  private static boolean isOfClasses(Tensor weight, Tensor parameter, long more) {
    if (more == 0 || weight.dim() != parameter.dim()) {
      return false;
    }
    for (int i = 0; i < weight.dim(); i++) {
      long difference = parameter.size(i) - weight.size(i);
      if (difference != 0 && difference != more) {
        return false;
      }
    }
    return true;
  }

  /// Classes of a network, with the background; 0 if it has no decoder.
  private static long classes(Map<String, Tensor> weights) {
    var last = weights.get(LAST_LAYER);
    return last == null || last.dim() == 0 ? 0 : last.size(0);
  }
}
