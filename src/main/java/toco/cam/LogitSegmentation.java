package toco.cam;

import java.util.List;
import java.util.stream.LongStream;
import toco.torch.Tensor;

/// A segmentation by the largest logit.
///
/// @param logits float32 [1, C, H, W], background first
public record LogitSegmentation(Tensor logits) implements Segmentation {
  private static final double ABSENT_LOGIT = -1e5; // as CoSA's published evaluation

  @Override
  public Tensor labels() {
    return logits.argmax(1);
  }

  /// Drops the logits of all classes but the known ones and the background.
  @Override
  public LogitSegmentation labelsKnown(float[] multiHot) {
    var absent = Tensor.of(multiHot, 1, multiHot.length, 1, 1).to(logits.device(), true).eq(0);
    var background = logits.slice(1, 0, 1);
    var foreground = logits.slice(1, 1, logits.size(1)).maskedFill(absent, ABSENT_LOGIT);
    return new LogitSegmentation(Tensor.cat(List.of(background, foreground), 1));
  }

  @Override
  public Tensor probabilities() {
    return logits.softmax(1).select(0, 0);
  }

  @Override
  public long[] planes() {
    return LongStream.range(0, logits.size(1)).toArray();
  }
}
