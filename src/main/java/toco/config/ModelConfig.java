package toco.config;

import static toco.config.ValueChecks.atLeast;
import static toco.config.ValueChecks.between;
import static toco.config.ValueChecks.invalid;
import static toco.config.ValueChecks.path;
import static toco.config.ValueChecks.positive;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// `model.*`: the network (METHOD.md "Network"). The keys from `patchSizePx` to `distilled`
/// describe a `custom` backbone. With a named backbone they stay absent (null: the backbone's own
/// value); a value that contradicts the backbone is refused.
///
/// @param backbone timm's name of the encoder, or `custom`
/// @param encoder `own`, a vision transformer of the shape below, or `script:PATH`, a TorchScript
///   module that takes images [B, 3, H, W]; it needs `backbone: custom` with only `patchSizePx` and
///   `embedDim`, and has its own weights
/// @param scriptOutputs where the module's output has the class token [B, D], the patch tokens and
///   the auxiliary patch tokens ([B, N, D] or [B, D, h, w]): keys of a dict, or positions in a
///   tuple, from 0
/// @param pretrained file with the encoder's pretrained weights (a DeiT or timm release, `.pth` or
///   `.safetensors`), relative to the working directory; or `get:NAME`, published weights that are
///   downloaded when they are first needed (`toco weights list`); absent: random initialisation
/// @param pretrainedKeys rules that rename the weights of `pretrained`, applied in order, each
///   `FROM -> TO`: a regular expression and the replacement of its matches; for encoders whose
///   names differ from timm's, such as `^visual\. -> `
/// @param init weights of a whole network to start from (fine-tuning): a folder written by `toco
///   export --format hf`, a checkpoint, or another file of weights, relative to the working
///   directory; its encoder must have the same shape. With other classes the layers that depend on
///   them are new. `pretrained` is then not read. Absent: only the encoder starts from `pretrained`
/// @param imageSizePx side of the image that the stored position embedding covers; it is resampled
///   to the grid of the input on every forward pass. Absent: the backbone's (224 or 384)
/// @param patchSizePx side of a patch, P
/// @param embedDim token width, D
/// @param depth number of blocks
/// @param numHeads attention heads per block
/// @param mlpRatio hidden width of a block's MLP divided by `embedDim`; default for a custom
///   backbone: 4
/// @param qkvBias whether query, key and value have a bias; default for a custom backbone: true
/// @param layerNormEps epsilon of every LayerNorm; default for a custom backbone: 1e-6
/// @param attentionScale factor on query·key; absent: (D / heads)^−0.5, and for the early
///   vit_small_early_patch16_224 with pretrained weights 768^−0.5
/// @param distilled whether a distillation token follows the class token; default for a custom
///   backbone: false
/// @param variant the switches of today's encoders
/// @param mean mean of the images' red, green and blue channel that the encoder was trained with,
///   in 0–1: images are normalised by it in training, evaluation and inference. Absent: the
///   publisher's for a named backbone, ImageNet's for a custom one
/// @param std standard deviation of the channels, the same way
/// @param patchFit what happens in evaluation and inference to an image whose sides are no
///   multiples of the patch: `crop`, as published, ignores the pixels beyond the last whole patch
///   and stretches the result over the image; `resize` resizes the image to the nearest multiples,
///   and the result back. Absent: crop for DeiT, the plain ViT and a custom backbone, resize for
///   the others
/// @param auxLayer block whose patch tokens feed the auxiliary classifier, counted from the end: −1
///   is the last (after the final norm), −3 the published choice
/// @param frozenBlocks number of the encoder's first blocks that are frozen, with the patch
///   embedding and the tokens before the patches, or `all` for the whole encoder: frozen weights
///   keep their values, have no optimizer state, and no activations are kept for them. 0
///   (published): only the position embedding is frozen. A TorchScript encoder takes 0 or `all`
/// @param pooledShare share of the patches that give an image's class logits: the mean of the
///   largest patch logits of each class, 1 for their average. 0 (published): the classifier on the
///   features' global maximum, for which a single patch is enough
/// @param attendedPooling whether training pools the classes that an image shows over the patches
///   that its class token attends to in the last block: of `pooledShare` of the patches, those with
///   the largest product of attention and activation. Without it (published) a class may be learned
///   from what is around its objects. For encoders whose class token looks at objects, as DINOv2's
/// @param dropPath probability with which training leaves out attention and MLP of the last block,
///   for each image (stochastic depth); it grows linearly from 0 in the first block. CAMs, teacher
///   and evaluation leave out nothing, and frozen blocks neither. 0 (published): off
/// @param numClasses number of classes including background, C; 0: the number of `data.classNames`
///   plus 1 (reading the configuration fills it in)
/// @param projectionHidden width of the projection head's hidden layers
/// @param projectionBottleneck width of the projection head's L2-normalised layer
/// @param projectionOut width of the projection head's output
/// @param decoderChannels width of the LargeFOV decoder
/// @param decoderDilation dilation of the decoder's two 3×3 convolutions, in grid cells
/// @param teacherMomentum momentum of the teacher's EMA update in every step
/// @param initStd standard deviation of the truncated normal that initialises the matrices of the
///   encoder's blocks if there are no pretrained weights
public record ModelConfig(
    @Default("deit_base_patch16_224") Backbone backbone,
    @Default("own") String encoder,
    @Default("[clsToken, patchTokens, auxTokens]") List<String> scriptOutputs,
    @Default("null") @Nullable Path pretrained,
    @Default("[]") List<String> pretrainedKeys,
    @Default("null") @Nullable Path init,
    @Default("null") @Nullable Integer imageSizePx,
    @Default("null") @Nullable Integer patchSizePx,
    @Default("null") @Nullable Integer embedDim,
    @Default("null") @Nullable Integer depth,
    @Default("null") @Nullable Integer numHeads,
    @Default("null") @Nullable Double mlpRatio,
    @Default("null") @Nullable Boolean qkvBias,
    @Default("null") @Nullable Double layerNormEps,
    @Default("null") @Nullable Double attentionScale,
    @Default("null") @Nullable Boolean distilled,
    VariantConfig variant,
    @Default("null") @Nullable List<Double> mean,
    @Default("null") @Nullable List<Double> std,
    @Default("null") @Nullable PatchFit patchFit,
    @Default("-3") int auxLayer,
    @Default("0") FrozenBlocks frozenBlocks,
    @Default("0") double pooledShare,
    @OnlyFor({RecipeName.TOCO, RecipeName.COSA}) @Default("false") boolean attendedPooling,
    @Default("0") double dropPath,
    @Default("0") int numClasses,
    @OnlyFor(RecipeName.TOCO) @Default("2048") int projectionHidden,
    @OnlyFor(RecipeName.TOCO) @Default("256") int projectionBottleneck,
    @OnlyFor(RecipeName.TOCO) @Default("1024") int projectionOut,
    @Default("512") int decoderChannels,
    @Default("5") int decoderDilation,
    @OnlyFor(RecipeName.TOCO) @Default("0.9") double teacherMomentum,
    @Default("0.02") double initStd) {

  static final String SCRIPT = "script:";

  public ModelConfig {
    EncoderChecks.source(encoder, scriptOutputs, backbone, pretrained);
    scriptOutputs = List.copyOf(scriptOutputs);
    pretrainedKeys = List.copyOf(pretrainedKeys);
    pretrainedKeys.forEach(rule -> KeyRule.parse("model.pretrainedKeys", rule));
    mean = mean == null ? null : List.copyOf(mean);
    std = std == null ? null : List.copyOf(std);
    var _ = statistics(backbone, mean, std);
    between("model.pooledShare", pooledShare, 0, 1);
    if (attendedPooling && pooledShare == 0) {
      throw new ConfigException(
          "model.attendedPooling",
          "model.attendedPooling pools a share of the patches, got model.pooledShare 0; set"
              + " model.pooledShare, for instance to 0.2");
    }
    atLeast("model.numClasses", numClasses, 2);
    if (numClasses > 255) {
      throw invalid("model.numClasses", "≤ 255 (label 255 means ignored)", numClasses);
    }
    atLeast("model.projectionHidden", projectionHidden, 1);
    atLeast("model.projectionBottleneck", projectionBottleneck, 1);
    atLeast("model.projectionOut", projectionOut, 1);
    atLeast("model.decoderChannels", decoderChannels, 1);
    atLeast("model.decoderDilation", decoderDilation, 1);
    between("model.teacherMomentum", teacherMomentum, 0, 1);
    positive("model.initStd", initStd);
    var encoderShape =
        EncoderShapes.resolve(
            encoder,
            backbone,
            pretrained,
            imageSizePx,
            patchSizePx,
            embedDim,
            depth,
            numHeads,
            mlpRatio,
            qkvBias,
            layerNormEps,
            attentionScale,
            distilled,
            variant);
    int blocks = encoder.startsWith(SCRIPT) ? 0 : encoderShape.depth();
    EncoderChecks.blocks(blocks, auxLayer, frozenBlocks, dropPath, attendedPooling);
  }

  /// The TorchScript module of the encoder, if the encoder is one.
  public Optional<Path> script() {
    return encoder.startsWith(SCRIPT)
        ? Optional.of(path("model.encoder", encoder.substring(SCRIPT.length())))
        : Optional.empty();
  }

  /// The encoder's complete shape: the named backbone's or the custom one. For a TorchScript
  /// encoder only the sizes of patches and tokens have a meaning.
  public EncoderShape encoderShape() {
    return EncoderShapes.resolve(
        encoder,
        backbone,
        pretrained,
        imageSizePx,
        patchSizePx,
        embedDim,
        depth,
        numHeads,
        mlpRatio,
        qkvBias,
        layerNormEps,
        attentionScale,
        distilled,
        variant);
  }

  /// The mean and standard deviation by which the network's images are normalised.
  public PixelStatistics statistics() {
    return statistics(backbone, mean, std);
  }

  private static PixelStatistics statistics(
      Backbone backbone, @Nullable List<Double> mean, @Nullable List<Double> std) {
    var published = backbone.statistics();
    return new PixelStatistics(
        mean == null ? published.mean() : mean, std == null ? published.std() : std);
  }

  /// `patchFit`, or the backbone's.
  public PatchFit fit() {
    return patchFit == null ? backbone.patchFit() : patchFit;
  }

  /// The parsed rules of `pretrainedKeys`.
  public List<KeyRule> keyRules() {
    return pretrainedKeys.stream()
        .map(rule -> KeyRule.parse("model.pretrainedKeys", rule))
        .toList();
  }

  /// Checks that weights trained with this configuration can be used with another one: what does
  /// not show in tensor shapes, such as the number of heads, must be equal too.
  ///
  /// @param file the file of the weights, for the message
  /// @throws ConfigException naming the first difference
  public void requireSameNetwork(ModelConfig other, Path file) {
    requireSame("model.numClasses", numClasses, other.numClasses, file);
    requireSameEncoder(other, file);
    requireSame("model.auxLayer", auxLayer, other.auxLayer, file);
    requireSame("model.pooledShare", pooledShare, other.pooledShare, file);
    requireSame("model.decoderDilation", decoderDilation, other.decoderDilation, file);
  }

  /// The same for weights that are trained further: classes, and what is done with the encoder's
  /// tokens, may differ.
  ///
  /// @param file the file of the weights, for the message
  /// @throws ConfigException naming the first difference
  public void requireSameEncoder(ModelConfig other, Path file) {
    requireSame("model.encoder of kind", script().isPresent(), other.script().isPresent(), file);
    var one = encoderShape();
    var two = other.encoderShape();
    requireSame("model.imageSizePx", one.imageSizePx(), two.imageSizePx(), file);
    requireSame("model.patchSizePx", one.patchSizePx(), two.patchSizePx(), file);
    requireSame("model.embedDim", one.embedDim(), two.embedDim(), file);
    requireSame("model.depth", one.depth(), two.depth(), file);
    requireSame("model.numHeads", one.numHeads(), two.numHeads(), file);
    requireSame("model.mlpRatio", one.mlpRatio(), two.mlpRatio(), file);
    requireSame("model.qkvBias", one.qkvBias(), two.qkvBias(), file);
    requireSame("model.layerNormEps", one.layerNormEps(), two.layerNormEps(), file);
    requireSame("model.attentionScale", one.attentionScale(), two.attentionScale(), file);
    requireSame("model.distilled", one.distilled(), two.distilled(), file);
    requireSame("model.variant", one.variant(), two.variant(), file);
    requireSame("model.mean", statistics().mean(), other.statistics().mean(), file);
    requireSame("model.std", statistics().std(), other.statistics().std(), file);
  }

  static void requireSame(String what, Object trained, Object given, Path file) {
    if (!trained.equals(given)) {
      throw new ConfigException(
          what,
          "%s was trained with %s %s, but the configuration has %s; use the config.yaml of its run"
              .formatted(file, what, trained, given));
    }
  }

  /// Foreground classes, K = C − 1.
  public int foregroundClasses() {
    return numClasses - 1;
  }
}
