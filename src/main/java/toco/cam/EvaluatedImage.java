package toco.cam;

import org.jspecify.annotations.Nullable;
import toco.cam.MultiScaleCam.Cams;
import toco.torch.Tensor;

/// What a network shows of one image under a protocol. Tensors are in the scopes in which they were
/// asked for.
public interface EvaluatedImage {
  /// What it says of the image as a whole. The first call waits for the network.
  ImageValues values();

  /// The segmentation at native size.
  Segmentation segmentation();

  /// The labels of [#segmentation], where nothing else of it is needed.
  ///
  /// @return [1, H, W]
  default Tensor labels() {
    return segmentation().labels();
  }

  /// CAMs of all classes, [1, K, h, w] of any size; null: the protocol has none.
  default @Nullable Cams cams() {
    return null;
  }

  /// Localisation maps of all classes at native size, [1, K, H, W] in 0…1; null: the protocol has
  /// none.
  default @Nullable Tensor localisationMaps() {
    return null;
  }
}
