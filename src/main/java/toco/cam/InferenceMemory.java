package toco.cam;

import java.util.Collections;
import toco.config.ModelConfig;
import toco.config.Protocol;
import toco.config.SegmentationSource;
import toco.image.ImageSize;

/// An estimate of the memory that inference on one image takes on the CPU, so that an image that is
/// too large for the machine can be skipped before the system ends the process. It counts the
/// largest buffers that exist at the same time, per pixel of the image.
///
/// @param model the network's sizes
public record InferenceMemory(ModelConfig model) {
  /// Decoded pixels, and what drawing and encoding a picture takes on Java's heap.
  private static final long DRAWING = 3 + 24;

  private static final long NORMALISED_INPUT = 3 * 3 * Float.BYTES; // levels and two results
  private static final long RESIZED_INPUT = 4 * Float.BYTES; // one channel at a time
  private static final long LARGEST_LOGITS = 4 * Float.BYTES;
  private static final int COPIES_AT_FULL_SIZE = 4; // two of the flip pair, their result, the sum
  private static final int TOKEN_COPIES = 16; // a block's activations, in widths of a token
  private static final int CRF_COPIES = 8; // of the classes' floats, padded to multiples of 8
  private static final long CRF_LATTICES =
      700; // of an image without two equal neighbours, measured
  private static final int PAR_COPIES = 5;
  private static final int CAM_LABELS = 32; // strongest class and its value, and labels
  private static final int THRESHOLDED = 8; // label maps of int64, with those between

  /// Bytes for the labels of a protocol.
  ///
  /// @param image at whose size the labels are
  public long segmentation(Protocol protocol, ImageSize image) {
    boolean inBlocks = protocol.source() == SegmentationSource.DECODER && !protocol.labelsKnown();
    return segmentation(protocol, image, inBlocks);
  }

  /// Bytes for the labels of a protocol and their probabilities.
  public long scoredSegmentation(Protocol protocol, ImageSize image) {
    return segmentation(protocol, image, false);
  }

  private long segmentation(Protocol protocol, ImageSize image, boolean inBlocks) {
    long pixels = image.pixels();
    double scale = Collections.max(protocol.scales());
    long encoder = encoder(protocol.sizePx(), scale, image);
    long labels = inBlocks ? blocks(pixels) : whole(pixels);
    long refined = protocol.crf() != null ? crf(model.numClasses(), pixels) : 0;
    return DRAWING * pixels
        + Math.max(encoder + input(protocol, pixels), Math.max(labels, refined));
  }

  /// Bytes for scoring the labels of a protocol and those of its CAMs, if it has any.
  public long evaluation(Protocol protocol, ImageSize image) {
    long cams = 2L * Float.BYTES * model.foregroundClasses() + CAM_LABELS;
    long scored = protocol.camScales().isEmpty() ? 0 : DRAWING + cams;
    return Math.max(segmentation(protocol, image), scored * image.pixels());
  }

  /// Bytes for the class maps of the segmentation at native size.
  ///
  /// @param scale the largest
  public long segmentationMaps(double scale, ImageSize image) {
    long pixels = image.pixels();
    return DRAWING * pixels + Math.max(encoder(0, scale, image), whole(pixels));
  }

  /// Bytes for class maps at full size that are computed at a fixed size.
  ///
  /// @param maps number of maps
  public long maps(int sizePx, long maps, ImageSize image) {
    long pixels = image.pixels();
    long full = maps * 2 * Float.BYTES * pixels;
    return DRAWING * pixels + Math.max(encoder(sizePx, 1, image), full);
  }

  /// Bytes for the dense CRF on so many classes.
  public static long crf(long classes, long pixels) {
    long channels = Math.ceilDiv(classes, 8) * 8;
    return (CRF_COPIES * Float.BYTES * channels + CRF_LATTICES) * pixels;
  }

  /// Bytes for PAR: a weight for each of eight neighbours at each distance, the masks with high and
  /// low background before and after an iteration, and their copies at the image's size.
  public static long par(long classes, long dilations, long pixels) {
    return (8 * dilations + 2 * (classes + 1) * PAR_COPIES + 3) * Float.BYTES * pixels;
  }

  /// Bytes for labels by a high and a low threshold, from maps that exist already.
  public static long thresholds(long pixels) {
    return THRESHOLDED * Long.BYTES * pixels;
  }

  /// Maps of all classes at once.
  private long whole(long pixels) {
    return (long) COPIES_AT_FULL_SIZE * Float.BYTES * model.numClasses() * pixels;
  }

  /// What a protocol keeps during its passes besides the input of one: the image at native size, or
  /// the maps of all classes that it adds up at the size of the input.
  private long input(Protocol protocol, long pixels) {
    long square = (long) protocol.sizePx() * protocol.sizePx();
    return switch (protocol.source()) {
      case DECODER -> 0;
      case DECODER_STRAIGHT -> NORMALISED_INPUT * pixels;
      case MAPS, MAPS_OF_SEGMENTED -> whole(square);
      case DECODER_SUMMED -> 3 * whole(square); // logits, CAMs, auxiliary CAMs
    };
  }

  private long blocks(long pixels) {
    long perClass = Float.BYTES * pixels;
    long block =
        Math.min(model.numClasses(), MultiScaleInference.classesPerBlock(perClass)) * perClass;
    return COPIES_AT_FULL_SIZE * block + LARGEST_LOGITS * pixels;
  }

  /// The input and one pass.
  private long encoder(int sizePx, double scale, ImageSize image) {
    long input = (sizePx == 0 ? NORMALISED_INPUT : RESIZED_INPUT) * image.pixels();
    int patch = model.encoderShape().patchSizePx();
    long height = model.fit().side(scale * (sizePx == 0 ? image.heightPx() : sizePx), patch);
    long width = model.fit().side(scale * (sizePx == 0 ? image.widthPx() : sizePx), patch);
    double passPixels = (double) height * width;
    double tokens = passPixels / ((double) patch * patch);
    double pass =
        2 * 3 * Float.BYTES * passPixels
            + tokens * model.encoderShape().embedDim() * Float.BYTES * TOKEN_COPIES;
    return input + (long) pass;
  }
}
