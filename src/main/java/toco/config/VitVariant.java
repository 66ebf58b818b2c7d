package toco.config;

import static toco.config.ValueChecks.atLeast;

import java.util.Locale;

/// What distinguishes an encoder from the plain ViT of 2021: the switches of DINOv2, DeiT III, CLIP
/// and DINOv3.
///
/// @param layerScale whether attention and MLP are scaled per channel before the residual sum
///   (timm's `ls1.gamma`, `ls2.gamma`)
/// @param registerTokens number of register tokens between the class token and the patch tokens
/// @param position how tokens know their place
/// @param resampling how a stored position embedding is brought to another grid
/// @param preNorm whether all tokens are normed before the first block (timm's `norm_pre`)
/// @param patchBias whether the patch embedding has a bias
/// @param activation between the two layers of the MLP
/// @param keyBias whether keys have a bias, if queries and values have one
public record VitVariant(
    boolean layerScale,
    int registerTokens,
    Position position,
    Resampling resampling,
    boolean preNorm,
    boolean patchBias,
    Activation activation,
    boolean keyBias) {

  /// How tokens know their place in the image.
  public enum Position {
    /// A learned embedding with a row for the class token and one per patch.
    LEARNED,
    /// A learned embedding with a row per patch only.
    LEARNED_PATCHES,
    /// Rotary embeddings of queries and keys (DINOv3); nothing is stored.
    ROPE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The rules by which publishers resample a position embedding; each equals a call of PyTorch's
  /// `interpolate` in mode `bicubic`, from a grid of g × g to h × w. With rotary embeddings, which
  /// are not resampled, `ORIGINAL` rounds their periods to bfloat16 as in the publisher's files.
  public enum Resampling {
    /// `size=(h, w)`: transformers, DeiT, MAE, and the published ToCo.
    HF,
    /// `size=(h, w), antialias=True`: timm, and DINOv2 with registers.
    TIMM,
    /// `scale_factor=((h + 0.1) / g, (w + 0.1) / g)`: DINO, and DINOv2 without registers.
    ORIGINAL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Activations of the MLP.
  public enum Activation {
    /// Exact (erf).
    GELU,
    /// x · sigmoid(1.702 · x): OpenAI's CLIP, DFN and MetaCLIP.
    QUICK_GELU;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The plain ViT and DeiT; also MAE and AugReg.
  public static final VitVariant PLAIN = plain(Resampling.HF);

  /// DINO v1: a plain ViT with a rule of its own.
  public static final VitVariant DINO = plain(Resampling.ORIGINAL);

  /// DINOv2 without registers.
  public static final VitVariant DINOV2 =
      new VitVariant(
          true, 0, Position.LEARNED, Resampling.ORIGINAL, false, true, Activation.GELU, true);

  /// DINOv2 with four registers.
  public static final VitVariant DINOV2_REGISTERS =
      new VitVariant(
          true, 4, Position.LEARNED_PATCHES, Resampling.TIMM, false, true, Activation.GELU, true);

  /// DeiT III.
  public static final VitVariant DEIT3 =
      new VitVariant(
          true, 0, Position.LEARNED_PATCHES, Resampling.HF, false, true, Activation.GELU, true);

  /// CLIP's image tower of LAION and DataComp.
  public static final VitVariant CLIP = clip(Activation.GELU);

  /// CLIP's image tower of OpenAI, DFN and MetaCLIP.
  public static final VitVariant CLIP_QUICK_GELU = clip(Activation.QUICK_GELU);

  /// DINOv3.
  public static final VitVariant DINOV3 =
      new VitVariant(true, 4, Position.ROPE, Resampling.HF, false, true, Activation.GELU, false);

  public VitVariant {
    atLeast("model.variant.registerTokens", registerTokens, 0);
  }

  private static VitVariant plain(Resampling resampling) {
    return new VitVariant(
        false, 0, Position.LEARNED, resampling, false, true, Activation.GELU, true);
  }

  private static VitVariant clip(Activation activation) {
    return new VitVariant(false, 0, Position.LEARNED, Resampling.HF, true, false, activation, true);
  }

  /// The same with another rule of resampling, which is no part of the weights.
  public VitVariant with(Resampling other) {
    return new VitVariant(
        layerScale, registerTokens, position, other, preNorm, patchBias, activation, keyBias);
  }

  /// Whether weights of another variant have the same names and shapes, or can be brought to them.
  boolean hasWeightsOf(VitVariant other) {
    boolean samePosition =
        position == other.position
            || (registerTokens > 0 && position != Position.ROPE && other.position != Position.ROPE);
    return samePosition
        && layerScale == other.layerScale
        && registerTokens == other.registerTokens
        && preNorm == other.preNorm
        && patchBias == other.patchBias
        && keyBias == other.keyBias;
  }
}
