package toco.infer;

import java.util.List;
import toco.cam.CamLabels;
import toco.cam.InferenceMemory;
import toco.cam.MemoryLimit;
import toco.cam.PresentClasses;
import toco.cam.PseudoLabels;
import toco.config.CamConfig;
import toco.config.CrfParams;
import toco.image.ImageBox;
import toco.image.RgbImage;
import toco.refine.DenseCrf;
import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Labels from an image's class maps: 0 background, 1…K, 255 ignored. They are computed twice, with
/// a background score of `cam.highThreshold` and of `cam.lowThreshold`. A pixel that is background
/// only with the high score is ignored.
final class MapLabels {
  private final CamConfig config;
  private final Refinement refinement;

  MapLabels(CamConfig config, Refinement refinement) {
    this.config = config;
    this.refinement = refinement;
  }

  /// How sure labels are: the value of the label's map at each pixel, before any refinement; 0
  /// where it is background or ignored.
  ///
  /// @param labels [H, W], as [#of] returns them
  /// @return float32 [H, W] on the CPU
  static Tensor scores(ClassMaps maps, Tensor labels) {
    return TensorScope.scoped(() -> {
      var device = maps.maps().device();
      var onDevice = labels.to(device, true);
      var scores = Tensor.full(0, DType.FLOAT32, device, maps.heightPx(), maps.widthPx());
      for (int i = 0; i < maps.keys().size(); i++) {
        var others = onDevice.ne(maps.keys().get(i) + 1);
        scores = scores.add(maps.maps().select(0, i).maskedFill(others, 0));
      }
      return scores.to(Device.CPU).contiguous();
    });
  }

  /// @param picture the image
  /// @param maps of its classes; if it has none, all pixels are background
  /// @return int64 [H, W]
  Tensor of(RgbImage picture, ClassMaps maps) {
    if (maps.keys().isEmpty()) {
      return Tensor.full(0, DType.INT64, Device.CPU, maps.heightPx(), maps.widthPx());
    }
    var device = refinement == Refinement.CRF ? Device.CPU : maps.maps().device();
    MemoryLimit.on(device, size -> bytes(maps.keys().size(), size.pixels())).require(picture);
    return TensorScope.scoped(() ->
        switch (refinement) {
          case PAR -> par(picture, maps);
          case CRF -> {
            var onCpu = maps.to(Device.CPU); // where the CRF runs
            yield merged(
                crf(picture, onCpu, config.highThreshold()),
                crf(picture, onCpu, config.lowThreshold()));
          }
          case NONE ->
              merged(
                  thresholded(maps, config.highThreshold()),
                  thresholded(maps, config.lowThreshold()));
        });
  }

  private long bytes(int classes, long pixels) {
    return switch (refinement) {
      case PAR -> InferenceMemory.par(classes, config.parDilations().size(), pixels);
      case CRF -> InferenceMemory.crf(classes + 1L, pixels);
      case NONE -> InferenceMemory.thresholds(pixels);
    };
  }

  private Tensor par(RgbImage picture, ClassMaps maps) {
    var unitImage =
        picture
            .tensor()
            .to(maps.maps().device(), true)
            .permute(2, 0, 1)
            .unsqueeze(0)
            .to(DType.FLOAT32)
            .div(255); // [1, 3, H, W]
    var ids = new long[][] {maps.keys().stream().mapToLong(key -> key + 1L).toArray()};
    return new PseudoLabels(config)
        .refine(
            unitImage,
            maps.maps().unsqueeze(0),
            new PresentClasses(ids),
            List.of(ImageBox.full(picture.heightPx(), picture.widthPx())))
        .select(0, 0);
  }

  private static Tensor crf(RgbImage picture, ClassMaps maps, double background) {
    var constant =
        Tensor.full(
            background, DType.FLOAT32, maps.maps().device(), 1, maps.heightPx(), maps.widthPx());
    var probabilities = Tensor.cat(List.of(constant, maps.maps()), 0).softmax(0); // [n + 1, H, W]
    return maps.labels(
        new DenseCrf(CrfParams.CAM).infer(picture.tensor(), probabilities).argmax(0));
  }

  private static Tensor thresholded(ClassMaps maps, double background) {
    return TensorScope.scoped(() -> {
      var strongest = maps.maps().max(0);
      var below = strongest.values().le(background);
      return maps.labels(strongest.indices().add(1).maskedFill(below, 0));
    });
  }

  private static Tensor merged(Tensor high, Tensor low) {
    return high.maskedFill(high.eq(0), CamLabels.IGNORE).maskedFill(high.add(low).eq(0), 0);
  }
}
