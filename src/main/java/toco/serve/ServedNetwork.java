package toco.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.checkpoint.Checkpoint;
import toco.checkpoint.TrainedNetwork;
import toco.config.Config;
import toco.config.Protocol;
import toco.infer.Segmenter;
import toco.torch.TensorScope;

/// A network that is served. Owns it.
final class ServedNetwork implements AutoCloseable {
  private static final String CRF = "-crf";

  private final String id;
  private final TrainedNetwork network;
  private final @Nullable Long step;
  private final Protocol.Name protocol;
  private final Segmenter segmenter;
  private final Protocol.@Nullable Name crfProtocol;
  private final @Nullable Segmenter crfSegmenter;

  /// @param id by which requests name it
  /// @throws IllegalArgumentException if the network lacks what the protocol segments
  ServedNetwork(String id, TrainedNetwork network, Protocol.Name protocol) {
    this.id = id;
    this.network = network;
    step = step(network);
    this.protocol = protocol;
    segmenter = new Segmenter(network, protocol);
    crfProtocol = withCrf(protocol).orElse(null);
    crfSegmenter = crfProtocol == null ? null : new Segmenter(network, crfProtocol);
  }

  /// The protocol that adds a CRF to another one.
  static Optional<Protocol.Name> withCrf(Protocol.Name protocol) {
    for (var name : Protocol.Name.values()) {
      if (name.toString().equals(protocol + CRF)) {
        return Optional.of(name);
      }
    }
    return Optional.empty();
  }

  /// The steps after which its checkpoint was saved; null if it is of no training.
  private static @Nullable Long step(TrainedNetwork network) {
    var loaded = network.loaded();
    if (loaded == null || !Checkpoint.is(loaded.file())) {
      return null;
    }
    try (var _ = TensorScope.open()) {
      return Checkpoint.load(loaded.file()).step();
    }
  }

  String id() {
    return id;
  }

  TrainedNetwork network() {
    return network;
  }

  Config config() {
    return network.config();
  }

  Protocol.Name protocol(boolean crf) {
    return crf && crfProtocol != null ? crfProtocol : protocol;
  }

  Segmenter segmenter() {
    return segmenter;
  }

  /// @throws HttpProblem if the protocol has none with a CRF
  Segmenter crfSegmenter() {
    if (crfSegmenter == null) {
      throw HttpProblem.conflict(
          "the protocol %s has no form with a CRF; start the server with --protocol voc"
              .formatted(protocol));
    }
    return crfSegmenter;
  }

  boolean hasMaps() {
    return network.model().hasMaps() && !config().eval().camScales().isEmpty();
  }

  /// Rows, and columns, of patches of an image at `eval.sizePx`.
  int gridSide() {
    var model = config().model();
    int patch = model.encoderShape().patchSizePx();
    return (int) (model.fit().side(config().eval().sizePx(), patch) / patch);
  }

  Map<String, Object> describe() {
    var loaded = network.loaded();
    var shape = config().model().encoderShape();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", id);
    json.put("name", loaded == null ? id : String.valueOf(loaded.file().getFileName()));
    json.put("run", String.valueOf(config().run().dir().getFileName()));
    json.put("recipe", config().recipe().toString());
    json.put("backbone", config().model().backbone().toString());
    json.put("step", step);
    json.put("blocks", shape.depth());
    json.put("patchSizePx", shape.patchSizePx());
    json.put("gridH", gridSide());
    json.put("gridW", gridSide());
    json.put("hasMaps", hasMaps());
    return json;
  }

  @Override
  public void close() {
    network.close();
  }
}
