package toco.config;

/// What a protocol makes segmentations of, as one of the published codes does.
public enum SegmentationSource {
  /// The decoder's logits at several scales of the image in the protocol's size (ToCo).
  DECODER,
  /// The decoder's logits; each scale is resized from the native size straight to a square (MoRe).
  DECODER_STRAIGHT,
  /// The decoder's logits and the CAMs, added up over scales and mirror images in the size of the
  /// square; the auxiliary CAM is that of the last scale (CoSA).
  DECODER_SUMMED,
  /// Maps of the classes with a positive logit, or else of those in the decoder's segmentation
  /// (MoRe).
  MAPS,
  /// Maps of the classes in the decoder's segmentation, or else of those with a positive logit
  /// (MoRe, for VOC's test server).
  MAPS_OF_SEGMENTED;

  /// The published CRF.
  CrfParams crf() {
    return switch (this) {
      case DECODER -> CrfParams.EVALUATION;
      case DECODER_STRAIGHT, MAPS, MAPS_OF_SEGMENTED -> CrfParams.MORE;
      case DECODER_SUMMED -> CrfParams.COSA;
    };
  }

  boolean isOfMaps() {
    return this == MAPS || this == MAPS_OF_SEGMENTED;
  }
}
