package toco.model;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import toco.config.ModelConfig;
import toco.nn.Conv2d;
import toco.nn.Conv2d.Geometry;
import toco.nn.Parameters;
import toco.torch.Autocast;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// The whole network of ToCo (arXiv:2303.01267): encoder, classifier and auxiliary classifier,
/// decoder, and the student and teacher heads for class tokens. Owns its weights until closed.
public final class Toco implements AutoCloseable {
  private final ModelConfig config;
  private final Parameters params;
  private final Encoder encoder;
  private final ProjectionHead student;
  private final ProjectionHead teacher;
  private final LargeFov decoder;
  private final Conv2d classifier;
  private final Conv2d auxClassifier;
  private final Device device;
  private final @Nullable DType shortFloat;

  /// A network with first values from LibTorch's generator, computing in float32.
  public Toco(ModelConfig config, Device device) {
    this(config, device, null);
  }

  /// @param shortFloat number format of matrix products and convolutions, such as BFLOAT16, or null
  ///   for float32; weights, norms, tokens and results are float32 all the same
  public Toco(ModelConfig config, Device device, @Nullable DType shortFloat) {
    this.config = config;
    this.device = device;
    this.shortFloat = shortFloat;
    params = new Parameters(device);
    try (var _ = GradMode.enabled(true)) {
      int width = config.encoderShape().embedDim();
      encoder =
          config.script().isPresent()
              ? new ScriptEncoder(params.child("encoder"), config, config.script().get(), device)
              : new VisionTransformer(
                  params.child("encoder"),
                  config.encoderShape(),
                  config.auxLayer(),
                  config.initStd());
      student = new ProjectionHead(params.child("proj_head"), config);
      teacher = new ProjectionHead(params.frozenChild("proj_head_t"), config);
      teacher.follow(student, 0); // starts as a copy
      decoder =
          new LargeFov(
              params.child("decoder"),
              width,
              config.decoderChannels(),
              config.numClasses(),
              config.decoderDilation());
      classifier =
          new Conv2d(
              params.child("classifier"),
              width,
              config.foregroundClasses(),
              Geometry.POINTWISE,
              false);
      auxClassifier =
          new Conv2d(
              params.child("aux_classifier"),
              width,
              config.foregroundClasses(),
              Geometry.POINTWISE,
              false);
    }
  }

  /// What the network was made from.
  public ModelConfig config() {
    return config;
  }

  /// All weights by their published names; the network's own.
  public Parameters params() {
    return params;
  }

  /// @param images [B, 3, H, W] normalised
  public Encoder.Tokens encode(Tensor images) {
    return network(() -> encoder.forward(images));
  }

  /// The class tokens of all images, and all tokens of the first.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @param full how many images' patch tokens are wanted
  public Encoder.Encoded encode(Tensor images, long full) {
    return network(() -> encoder.forward(images, full));
  }

  /// The patch tokens behind every block of the encoder, [B, N, D] each and not normed.
  ///
  /// @param images [B, 3, H, W] normalised
  public List<Tensor> patchTokensOfBlocks(Tensor images) {
    return network(() -> encoder.patchTokensOfBlocks(images));
  }

  /// The class tokens alone, [B, D].
  ///
  /// @param images [B, 3, H, W] normalised
  public Tensor encodeClass(Tensor images) {
    return network(() -> encoder.forwardClass(images));
  }

  /// Image-level logits [B, K] from the patch tokens: the classifier on each channel's largest
  /// value.
  ///
  /// @param patchMap [B, D, h, w]
  public Tensor classLogits(Tensor patchMap) {
    return values(() -> classifier.forward(patchMap.amax(new long[] {2, 3}, true)).flatten(1));
  }

  /// Image-level logits [B, K] from the auxiliary tokens.
  public Tensor auxClassLogits(Tensor auxMap) {
    return values(() -> auxClassifier.forward(auxMap.amax(new long[] {2, 3}, true)).flatten(1));
  }

  /// Class activation maps [B, K, h, w]: the classifier at every place.
  public Tensor cam(Tensor patchMap) {
    return values(() -> classifier.forward(patchMap));
  }

  /// Auxiliary class activation maps [B, K, h, w].
  public Tensor auxCam(Tensor auxMap) {
    return values(() -> auxClassifier.forward(auxMap));
  }

  /// Segmentation logits [B, C, h, w], background first.
  public Tensor segment(Tensor patchMap) {
    return values(() -> decoder.forward(patchMap));
  }

  /// @param clsTokens [n, D]
  /// @return [n, projectionOut], with gradient
  public Tensor projectStudent(Tensor clsTokens) {
    return values(() -> student.forward(clsTokens));
  }

  /// @param clsTokens [n, D]
  /// @return [n, projectionOut], without gradient
  public Tensor projectTeacher(Tensor clsTokens) {
    try (var _ = GradMode.noGrad()) {
      return values(() -> teacher.forward(clsTokens));
    }
  }

  /// Whether forwards keep only the inputs of the encoder's blocks for the backward pass, and
  /// compute the rest again there.
  public void checkpointActivations(boolean on) {
    encoder.checkpointActivations(on);
  }

  /// The backward pass of a loss of this network's results: adds to the gradients of its weights.
  public void backward(Tensor loss) {
    loss.backward();
    network(() -> {
      encoder.backward();
      return loss;
    });
  }

  private <T> T network(Supplier<T> forward) {
    if (shortFloat == null) {
      return forward.get();
    }
    try (var _ = Autocast.on(device, shortFloat)) {
      return forward.get();
    }
  }

  /// Results that losses take: in float32, whatever they were computed in.
  private Tensor values(Supplier<Tensor> forward) {
    return shortFloat == null ? forward.get() : network(forward).to(DType.FLOAT32);
  }

  /// Moves the teacher head towards the student; due before the teacher's forward of every step.
  public void updateTeacher() {
    teacher.follow(student, config.teacherMomentum());
  }

  /// The teacher head's weights; the network's own.
  public List<Tensor> teacherWeights() {
    return teacher.weights();
  }

  @Override
  public void close() {
    params.close();
    encoder.close();
  }
}
