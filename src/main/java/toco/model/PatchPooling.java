package toco.model;

import toco.torch.GradMode;
import toco.torch.Tensor;

/// From the class logits of patches to those of the image: the mean over a share of the patches.
///
/// @param share of the patches, above 0 to 1; at least one patch is taken
record PatchPooling(double share) {
  private static final long[] PATCHES = {2};

  /// The mean of the largest logits of each class.
  ///
  /// @param perPatch [B, K, N]
  /// @return [B, K]
  Tensor largest(Tensor perPatch) {
    return perPatch.topk(count(perPatch), 2).values().mean(PATCHES, false);
  }

  /// The same for classes that an image does not show. A class that it shows is pooled over the
  /// patches with the largest product of the class token's attention and the class's activation,
  /// its logit above the image's smallest. So a class that is absent must be nowhere, and one that
  /// is present must be where the class token looks: by the largest logits alone, it could as well
  /// be learned from what surrounds the object.
  ///
  /// @param perPatch [B, K, N]
  /// @param attention of the class token, [B, N] ≥ 0
  /// @param labels [B, K] multi-hot
  /// @return [B, K]
  Tensor attended(Tensor perPatch, Tensor attention, Tensor labels) {
    Tensor chosen;
    try (var _ = GradMode.noGrad()) {
      var activation = perPatch.sub(perPatch.amin(PATCHES, true));
      chosen = activation.mul(attention.unsqueeze(1)).topk(count(perPatch), 2).indices();
    }
    return perPatch.gather(2, chosen).mean(PATCHES, false).where(labels.gt(0), largest(perPatch));
  }

  private long count(Tensor perPatch) {
    return Math.max(1, Math.round(share * perPatch.size(2)));
  }
}
