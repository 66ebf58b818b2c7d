package toco.model;

import toco.config.ModelConfig;
import toco.nn.Conv2d;
import toco.nn.Conv2d.Geometry;
import toco.nn.Parameters;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.Tensor;

/// The whole network of ToCo (arXiv:2303.01267): encoder, classifier and auxiliary classifier,
/// decoder, and the student and teacher heads for class tokens. Owns its weights until closed.
public final class Toco implements AutoCloseable {
  private final ModelConfig config;
  private final Parameters params;
  private final VisionTransformer encoder;
  private final ProjectionHead student;
  private final ProjectionHead teacher;
  private final LargeFov decoder;
  private final Conv2d classifier;
  private final Conv2d auxClassifier;

  /// A network with first values from LibTorch's generator.
  public Toco(ModelConfig config, Device device) {
    this.config = config;
    params = new Parameters(device);
    try (var _ = GradMode.enabled(true)) {
      int width = config.encoder().embedDim();
      encoder =
          new VisionTransformer(
              params.child("encoder"), config.encoder(), config.auxLayer(), config.initStd());
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

  public ModelConfig config() {
    return config;
  }

  public Parameters params() {
    return params;
  }

  /// @param images [B, 3, H, W] normalised
  public VisionTransformer.Tokens encode(Tensor images) {
    return encoder.forward(images);
  }

  /// The class tokens of all images, and all tokens of the first.
  ///
  /// @param images [B, 3, H, W] normalised
  /// @param full how many images' patch tokens are wanted
  public VisionTransformer.Encoded encode(Tensor images, long full) {
    return encoder.forward(images, full);
  }

  /// The class tokens alone, [B, D].
  ///
  /// @param images [B, 3, H, W] normalised
  public Tensor encodeClass(Tensor images) {
    return encoder.forwardClass(images);
  }

  /// Image-level logits [B, K] from the patch tokens: the classifier on each channel's largest
  /// value.
  ///
  /// @param patchMap [B, D, h, w]
  public Tensor classLogits(Tensor patchMap) {
    return classifier.forward(patchMap.amax(new long[] {2, 3}, true)).flatten(1);
  }

  /// Image-level logits [B, K] from the auxiliary tokens.
  public Tensor auxClassLogits(Tensor auxMap) {
    return auxClassifier.forward(auxMap.amax(new long[] {2, 3}, true)).flatten(1);
  }

  /// Class activation maps [B, K, h, w]: the classifier at every place.
  public Tensor cam(Tensor patchMap) {
    return classifier.forward(patchMap);
  }

  /// Auxiliary class activation maps [B, K, h, w].
  public Tensor auxCam(Tensor auxMap) {
    return auxClassifier.forward(auxMap);
  }

  /// Segmentation logits [B, C, h, w], background first.
  public Tensor segment(Tensor patchMap) {
    return decoder.forward(patchMap);
  }

  /// @param clsTokens [n, D]
  /// @return [n, projectionOut], with gradient
  public Tensor projectStudent(Tensor clsTokens) {
    return student.forward(clsTokens);
  }

  /// @param clsTokens [n, D]
  /// @return [n, projectionOut], without gradient
  public Tensor projectTeacher(Tensor clsTokens) {
    try (var _ = GradMode.noGrad()) {
      return teacher.forward(clsTokens);
    }
  }

  /// Moves the teacher head towards the student; due before the teacher's forward of every step.
  public void updateTeacher() {
    teacher.follow(student, config.teacherMomentum());
  }

  @Override
  public void close() {
    params.close();
  }
}
