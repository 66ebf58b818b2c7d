package toco.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import toco.config.ConfigException;
import toco.config.ModelConfig;
import toco.nn.Parameters;
import toco.torch.Device;
import toco.torch.GradMode;
import toco.torch.ScriptModule;
import toco.torch.Shape;
import toco.torch.Tensor;
import toco.torch.TensorScope;
import toco.torch.TorchException;

/// A TorchScript module as the encoder. Its weights are among the network's parameters: optimizers
/// train those that require a gradient, checkpoints save all. It runs in evaluation mode: without
/// dropout, and with the running statistics in the file.
final class ScriptEncoder implements Encoder {
  private static final List<String> OUTPUTS =
      List.of("class token", "patch tokens", "auxiliary patch tokens");

  private final ScriptModule module;
  private final ModelConfig config;
  private final Path path;

  /// Loads the module and runs it on one image.
  ///
  /// @throws ConfigException if it cannot be loaded, or its outputs differ from what the
  ///   configuration says
  ScriptEncoder(Parameters params, ModelConfig config, Path path, Device device) {
    this.config = config;
    this.path = path;
    try {
      module = ScriptModule.load(path, device).train(false);
    } catch (TorchException e) {
      throw wrong("cannot be loaded: " + firstLine(e));
    }
    try (var _ = TensorScope.open();
        var _ = GradMode.noGrad()) {
      int side = config.encoderShape().imageSizePx();
      var _ = forward(Tensor.zeros(1, 3, side, side).to(device));
      module.parameters().forEach(params::share);
      module.buffers().forEach(params::share);
    } catch (TorchException e) {
      module.close();
      throw wrong("fails on one image: " + firstLine(e));
    } catch (RuntimeException e) {
      module.close();
      throw e;
    }
  }

  private static String firstLine(TorchException e) {
    return String.valueOf(e.getMessage()).strip().lines().findFirst().orElse("");
  }

  private ConfigException wrong(String problem) {
    return ConfigException.of("model.encoder", "the encoder %s %s".formatted(path, problem));
  }

  @Override
  public Encoded forward(Tensor images, long full) {
    var outputs = outputs(images);
    long batch = images.size(0);
    int patch = config.encoderShape().patchSizePx();
    long gridH = images.size(2) / patch;
    long gridW = images.size(3) / patch;
    var width = config.encoderShape().embedDim();
    var cls = outputs.get(0);
    if (!cls.shape().equals(Shape.of(batch, width))) {
      throw wrong(
          ("gives a class token of shape %s, expected [%s, %s]; check model.embedDim and "
                  + "model.scriptOutputs")
              .formatted(cls.shape(), batch, width));
    }
    var patchTokens = tokens(1, outputs.get(1), Shape.of(batch, gridH * gridW, width), gridH);
    var auxTokens = tokens(2, outputs.get(2), Shape.of(batch, gridH * gridW, width), gridH);
    return new Encoded(
        cls,
        new Tokens(
            cls.slice(0, 0, full),
            patchTokens.slice(0, 0, full),
            auxTokens.slice(0, 0, full),
            gridH,
            gridW));
  }

  /// Tokens [B, N, D] from an output of that shape or of [B, D, gridH, gridW].
  private Tensor tokens(int which, Tensor given, Shape expected, long gridH) {
    boolean isMap = given.dim() == 4 && given.size(2) == gridH;
    var tokens = isMap ? given.flatten(2).transpose(1, 2) : given;
    if (!tokens.shape().equals(expected)) {
      throw wrong(
          ("gives %s of shape %s, expected %s for %s rows of patches; check "
                  + "model.patchSizePx, model.embedDim and model.scriptOutputs")
              .formatted(OUTPUTS.get(which), given.shape(), expected, gridH));
    }
    return tokens;
  }

  private List<Tensor> outputs(Tensor images) {
    var result = module.call("forward", images);
    return List.of(output(result, 0), output(result, 1), output(result, 2));
  }

  private Tensor output(@Nullable Object result, int which) {
    var name = config.scriptOutputs().get(which);
    var value =
        switch (result) {
          case Map<?, ?> dict -> dict.get(name);
          case List<?> tuple
              when name.matches("\\d{1,4}") && Integer.parseInt(name) < tuple.size() ->
              tuple.get(Integer.parseInt(name));
          case null, default -> null;
        };
    if (value instanceof Tensor tensor) {
      return tensor;
    }
    throw wrong(
        "gives no %s as '%s', but %s; name its outputs in model.scriptOutputs"
            .formatted(OUTPUTS.get(which), name, described(result)));
  }

  private static String described(@Nullable Object result) {
    return switch (result) {
      case Map<?, ?> dict -> "a dict of " + dict.keySet();
      case List<?> tuple -> "a tuple of " + tuple.size();
      case null -> "nothing";
      default -> "a " + result.getClass().getSimpleName();
    };
  }

  @Override
  public Tensor forwardClass(Tensor images) {
    return forward(images).clsToken();
  }

  @Override
  public List<Tensor> patchTokensOfBlocks(Tensor images) {
    return List.of(forward(images).patchTokens());
  }

  @Override
  public void checkpointActivations(boolean on) {
    if (on) {
      throw ConfigException.of(
          "train.checkpointActivations",
          "train.checkpointActivations needs access to the encoder's blocks, which a"
              + " TorchScript module does not give; set it to false");
    }
  }

  /// Does nothing: all activations were kept.
  @Override
  public void backward() {}

  @Override
  public void close() {
    module.close();
  }
}
