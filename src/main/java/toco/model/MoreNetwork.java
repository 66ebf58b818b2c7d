package toco.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.config.ModelConfig;
import toco.nn.Linear;
import toco.nn.Parameters;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// The MoRe network (arXiv:2412.11076): a [Network] whose encoder has a class token per class,
/// after four registers, and a trained position embedding; and the graph category attention of
/// these tokens.
public final class MoreNetwork extends Network {
  /// Leading tokens that take part in attention but are no output.
  public static final int REGISTERS = 4;

  private static final String ENCODER_HEAD = "encoder.head.";
  private static final String UNUSED_LAYER = "graph_layer._fc1.";

  private final VisionTransformer encoder;
  private final GraphCategoryAttention graphLayer;

  /// A network in float32, initialised from LibTorch's random generator.
  public MoreNetwork(ModelConfig config, Device device) {
    this(config, device, null);
  }

  /// A network initialised from LibTorch's random generator.
  ///
  /// @param autocastDtype as [Network]'s
  /// @throws IllegalArgumentException if the encoder is a TorchScript module
  public MoreNetwork(ModelConfig config, Device device, @Nullable DType autocastDtype) {
    if (config.script().isPresent()) {
      throw new IllegalArgumentException(
          "model.encoder must be 'own' for MoRe, got %s: its encoder has a class token per class"
              .formatted(config.encoder()));
    }
    var params = new Parameters(device);
    var leading = LeadingTokens.perClass(config.foregroundClasses());
    int width = config.encoderShape().embedDim();
    VisionTransformer encoder;
    GraphCategoryAttention graphLayer;
    try (var _ = GradMode.enabled(true)) {
      encoder = new VisionTransformer(params.child("encoder"), config, leading);
      var head = params.child("encoder").frozenChild("head"); // in weights files, but not used
      var _ = new Linear(head, width, leading.count(), true, config.initStd());
      graphLayer = new GraphCategoryAttention(params.child("graph_layer"), width);
    }
    super(config, params, encoder, autocastDtype);
    this.encoder = encoder;
    this.graphLayer = graphLayer;
  }

  /// The class tokens after the graph category attention, which losses and localisation maps use.
  ///
  /// @param tokens of this network's encoder
  /// @return float32 [B, K, D]; gradients reach the class tokens of `tokens` only
  public Tensor classTokens(Encoder.Tokens tokens) {
    return autocastToFloat32(() -> graphLayer.forward(tokens.clsToken(), tokens.patchTokens()));
  }

  @Override
  public Tensor localisation(Encoder.Tokens tokens) {
    var products = classTokens(tokens).matmul(tokens.patchMap().flatten(2)); // [B, K, N]
    return products.reshape(products.size(0), products.size(1), tokens.gridH(), tokens.gridW());
  }

  /// The last block's attention of the class tokens before softmax and scale: to the K class
  /// tokens, then to the patches.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @return [B, heads, K, K + N]
  public Tensor classAttention(Tensor images) {
    return autocastToFloat32(() -> encoder.classAttention(images));
  }

  /// All but two layers that published weights have and nothing uses.
  @Override
  public Map<String, Tensor> inferenceWeights() {
    var used = new LinkedHashMap<>(params().all());
    used.keySet().removeIf(MoreNetwork::isUnused);
    return used;
  }

  @Override
  public Optional<String> exportObstacle() {
    return Optional.of(
        "MoRe's network, whose encoder has a class token per class, cannot be"
            + " exported; use its checkpoint");
  }

  private static boolean isUnused(String name) {
    return name.startsWith(ENCODER_HEAD) || name.startsWith(UNUSED_LAYER);
  }
}
