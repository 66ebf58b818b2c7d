package toco.model;

import toco.config.EncoderShape;

/// The class tokens of a vision transformer, one weight `cls_token` [1, A, D], and how their
/// positions are stored.
///
/// @param count of all, A
/// @param registers how many of them, the first, take part in attention but are no output; MoRe's,
///   not the `reg_token` of DINOv2
/// @param trainedPositions whether the position embedding is trained, and resampled by MoRe's rule
///   ([PositionEmbedding#resampleTrained])
record LeadingTokens(int count, int registers, boolean trainedPositions) {
  /// As published by ToCo and in pre-trained weights.
  static final LeadingTokens ONE = new LeadingTokens(1, 0, false);

  /// MoRe's: a class token per class.
  static LeadingTokens perClass(int classes) {
    return new LeadingTokens(MoreNetwork.REGISTERS + classes, MoreNetwork.REGISTERS, true);
  }

  /// Tokens before the patch tokens, with those of an encoder of this shape.
  int prefixTokens(EncoderShape shape) {
    return shape.prefixTokens() - 1 + count;
  }

  /// Rows of the position embedding before those of the patches.
  int prefixPositions(EncoderShape shape) {
    return shape.prefixPositions() == 0 ? 0 : prefixTokens(shape);
  }

  /// Whether there is one class token, [B, D], and not several, [B, K, D].
  boolean isSingle() {
    return count == 1;
  }
}
