package toco.batch;

import toco.torch.DType;
import toco.torch.Device;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Scratch memory of one worker: two images of the crop's size, reused for every sample.
public final class Canvas implements AutoCloseable {
  private final Tensor crop;
  private final Tensor view;

  /// @param sizePx side of the views
  public Canvas(Device device, int sizePx) {
    crop = TensorScope.release(Tensor.empty(DType.UINT8, device, sizePx, sizePx, 3));
    view = TensorScope.release(Tensor.empty(DType.UINT8, device, sizePx, sizePx, 3));
  }

  /// The crop that view 1 and the local view share, uint8 [crop, crop, 3].
  public Tensor crop() {
    return crop;
  }

  /// The view being augmented, uint8 [crop, crop, 3].
  public Tensor view() {
    return view;
  }

  @Override
  public void close() {
    crop.close();
    view.close();
  }
}
