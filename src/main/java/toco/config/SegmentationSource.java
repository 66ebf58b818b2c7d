package toco.config;

/// What a protocol makes segmentations of, as one of the published codes does.
public enum SegmentationSource {
  /// The decoder's logits at several scales of the image in the protocol's size (ToCo).
  DECODER(CrfParams.EVALUATION),
  /// The decoder's logits; each scale is resized from the native size straight to a square (MoRe).
  DECODER_STRAIGHT(CrfParams.MORE),
  /// The decoder's logits and the CAMs, added up over scales and mirror images in the size of the
  /// square; the auxiliary CAM is that of the last scale (CoSA).
  DECODER_SUMMED(CrfParams.COSA),
  /// Maps of the classes with a positive logit, or else of those in the decoder's segmentation
  /// (MoRe).
  MAPS(CrfParams.MORE),
  /// Maps of the classes in the decoder's segmentation, or else of those with a positive logit
  /// (MoRe, for VOC's test server).
  MAPS_OF_SEGMENTED(CrfParams.MORE);

  private final CrfParams crf;

  SegmentationSource(CrfParams crf) {
    this.crf = crf;
  }

  /// The published CRF.
  CrfParams crf() {
    return crf;
  }

  boolean isOfMaps() {
    return this == MAPS || this == MAPS_OF_SEGMENTED;
  }
}
