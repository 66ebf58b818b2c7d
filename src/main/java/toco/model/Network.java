package toco.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.config.ModelConfig;
import toco.data.CounterRandom;
import toco.nn.Conv2d;
import toco.nn.Conv2d.Geometry;
import toco.nn.Parameters;
import toco.torch.Autocast;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// The network that all recipes share, and all that evaluation, inference and export need: encoder,
/// classifier and auxiliary classifier, and segmentation decoder. A recipe with further layers
/// extends it. Owns its weights until closed.
public class Network implements AutoCloseable {
  private final ModelConfig config;
  private final Parameters params;
  private final Encoder encoder;
  private final LargeFov decoder;
  private final Conv2d classifier;
  private final Conv2d auxClassifier;
  private final Device device;
  private final @Nullable DType autocastDtype;

  /// A network in float32, initialised from LibTorch's random generator.
  public Network(ModelConfig config, Device device) {
    this(config, device, null);
  }

  /// A network initialised from LibTorch's random generator.
  ///
  /// @param autocastDtype dtype of matrix products and convolutions under autocast, such as
  ///   BFLOAT16, or null for float32; weights, norms, tokens and results are float32 either way
  public Network(ModelConfig config, Device device, @Nullable DType autocastDtype) {
    var params = new Parameters(device);
    this(config, params, encoder(config, params), autocastDtype);
  }

  /// Adds decoder and classifiers to an encoder. Random draws and the order of the weights follow
  /// the published ones: a subclass adds its own layers to `params` before or after this.
  ///
  /// @param params of the network, which takes ownership
  /// @param encoder whose weights are in `params`, such as [#encoder]
  protected Network(
      ModelConfig config, Parameters params, Encoder encoder, @Nullable DType autocastDtype) {
    this.config = config;
    this.params = params;
    this.encoder = encoder;
    this.device = params.device();
    this.autocastDtype = autocastDtype;
    try (var _ = GradMode.enabled(true)) {
      int width = config.encoderShape().embedDim();
      decoder =
          new LargeFov(
              params.child("decoder"),
              width,
              config.decoderChannels(),
              config.numClasses(),
              config.decoderDilation());
      int classes = config.foregroundClasses();
      classifier =
          new Conv2d(params.child("classifier"), width, classes, Geometry.POINTWISE, false);
      auxClassifier =
          new Conv2d(params.child("aux_classifier"), width, classes, Geometry.POINTWISE, false);
    }
  }

  /// The encoder that a configuration describes.
  ///
  /// @param params of the network; its weights are added as `encoder.…`
  protected static Encoder encoder(ModelConfig config, Parameters params) {
    try (var _ = GradMode.enabled(true)) {
      return config.script().isPresent()
          ? new ScriptEncoder(
              params.frozenIf(config.frozenBlocks().all()).child("encoder"),
              config,
              config.script().get(),
              params.device())
          : new VisionTransformer(params.child("encoder"), config);
    }
  }

  /// The configuration that the network was built from.
  public ModelConfig config() {
    return config;
  }

  /// All weights by their published names, owned by the network.
  public Parameters params() {
    return params;
  }

  /// The weights that evaluation, inference and exports need: all but those of layers that only
  /// training uses.
  public Map<String, Tensor> inferenceWeights() {
    return params.all();
  }

  /// Why the network cannot be exported as TorchScript or ONNX; empty if it can.
  public Optional<String> exportObstacle() {
    return config
        .script()
        .map(
            "the encoder is already a script, %s; only built-in encoders can be exported"
                ::formatted);
  }

  /// Whether the network has tokens, and class activation maps of them; if not, it has nothing but
  /// the segmentation.
  public boolean hasMaps() {
    return true;
  }

  /// All tokens of all images.
  ///
  /// @param images [B, 3, H, W] normalised
  public Encoder.Tokens encode(Tensor images) {
    return autocast(() -> encoder.forward(images));
  }

  /// The class tokens of all images, and all tokens of the first `full` images.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @param full number of leading images whose patch tokens are wanted
  public Encoder.Encoded encode(Tensor images, long full) {
    return autocast(() -> encoder.forward(images, full));
  }

  /// The patch tokens after every block of the encoder, [B, N, D] each, not normed.
  ///
  /// @param images [B, 3, H, W] normalised
  public List<Tensor> patchTokensOfBlocks(Tensor images) {
    return autocast(() -> encoder.patchTokensOfBlocks(images));
  }

  /// The class tokens only, [B, D].
  ///
  /// @param images [B, 3, H, W] normalised
  public Tensor encodeClass(Tensor images) {
    return autocast(() -> encoder.forwardClass(images));
  }

  /// Image-level logits [B, K], pooled over the patches.
  ///
  /// @param patchMap [B, D, h, w]
  public Tensor classLogits(Tensor patchMap) {
    return pooledLogits(classifier, patchMap);
  }

  /// Auxiliary image-level logits [B, K].
  ///
  /// @param auxMap [B, D, h, w]
  public Tensor auxClassLogits(Tensor auxMap) {
    return pooledLogits(auxClassifier, auxMap);
  }

  private Tensor pooledLogits(Conv2d layer, Tensor map) {
    double share = config.pooledShare();
    if (share == 0) { // published: the global maximum of the features
      return autocastToFloat32(() -> layer.forward(map.amax(new long[] {2, 3}, true)).flatten(1));
    }
    return new PatchPooling(share).largest(perPatch(layer, map));
  }

  /// The logits [B, K] of the classification loss: [#classLogits], but classes that an image shows
  /// are pooled where its class token looks, if attention is given.
  ///
  /// @param patchMap [B, D, h, w]
  /// @param clsAttention of the class token to the patches [B, N], or null
  /// @param labels float [B, K] multi-hot
  public Tensor trainedClassLogits(Tensor patchMap, @Nullable Tensor clsAttention, Tensor labels) {
    return trainedLogits(classifier, patchMap, clsAttention, labels);
  }

  /// The same of the auxiliary classifier.
  ///
  /// @param auxMap [B, D, h, w]
  /// @param clsAttention of the class token to the patches [B, N], or null
  /// @param labels float [B, K] multi-hot
  public Tensor trainedAuxClassLogits(Tensor auxMap, @Nullable Tensor clsAttention, Tensor labels) {
    return trainedLogits(auxClassifier, auxMap, clsAttention, labels);
  }

  private Tensor trainedLogits(
      Conv2d layer, Tensor map, @Nullable Tensor clsAttention, Tensor labels) {
    return clsAttention == null
        ? pooledLogits(layer, map)
        : new PatchPooling(config.pooledShare())
            .attended(perPatch(layer, map), clsAttention, labels);
  }

  /// [B, K, N].
  private Tensor perPatch(Conv2d layer, Tensor map) {
    return autocastToFloat32(() -> layer.forward(map)).flatten(2);
  }

  /// Class activation maps [B, K, h, w]: the classifier at every position.
  ///
  /// @param patchMap [B, D, h, w]
  public Tensor cam(Tensor patchMap) {
    return autocastToFloat32(() -> classifier.forward(patchMap));
  }

  /// Auxiliary class activation maps [B, K, h, w].
  ///
  /// @param auxMap [B, D, h, w]
  public Tensor auxCam(Tensor auxMap) {
    return autocastToFloat32(() -> auxClassifier.forward(auxMap));
  }

  /// Segmentation logits [B, C, h, w], background first.
  ///
  /// @param patchMap [B, D, h, w]
  public Tensor segment(Tensor patchMap) {
    return autocastToFloat32(() -> decoder.forward(patchMap));
  }

  /// Localisation maps [B, K, h, w]: the product of each patch with the token of each class.
  ///
  /// @param tokens of this network's encoder
  /// @throws UnsupportedOperationException if it has no token for each class
  public Tensor localisation(Encoder.Tokens tokens) {
    throw new UnsupportedOperationException(
        "localisation maps need a token for each class, which only networks of recipe more have");
  }

  /// Makes encoder passes that drop branches of blocks with the probabilities of `model.dropPath`.
  ///
  /// @param random a generator for each image of a pass, by its row
  public <T> T withDropPath(IntFunction<CounterRandom> random, Supplier<T> passes) {
    encoder.dropPath(random);
    try {
      return passes.get();
    } finally {
      encoder.dropPath(null);
    }
  }

  /// Turns activation checkpointing on or off: forward passes keep only the inputs of the encoder's
  /// blocks, and the backward pass recomputes the rest.
  public void checkpointActivations(boolean on) {
    encoder.checkpointActivations(on);
  }

  /// The backward pass of a loss on this network's outputs: adds to the gradients of its weights.
  /// Call this instead of `loss.backward()`, which stops at checkpointed activations.
  public void backward(Tensor loss) {
    loss.backward();
    autocast(() -> {
      encoder.backward();
      return loss;
    });
  }

  /// Runs a forward pass under the network's autocast.
  protected final <T> T autocast(Supplier<T> forward) {
    if (autocastDtype == null) {
      return forward.get();
    }
    try (var _ = Autocast.on(device, autocastDtype)) {
      return forward.get();
    }
  }

  /// Runs `forward` under autocast and returns its result in float32, for the losses.
  protected final Tensor autocastToFloat32(Supplier<Tensor> forward) {
    return autocastDtype == null ? forward.get() : autocast(forward).to(DType.FLOAT32);
  }

  @Override
  public void close() {
    params.close();
    encoder.close();
  }
}
