package toco.batch;

import toco.torch.DType;
import toco.torch.ImageKernels;
import toco.torch.StandIn;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// A process with the worst fault: it takes the address of a device's image for one of the host,
/// and gives it to a kernel of the CPU.
final class HostRead {
  private HostRead() {}

  public static void main(String[] arguments) {
    var device = StandIn.device(0);
    try (var _ = TensorScope.open()) {
      Tensor.zeros(40, 50, 3).to(DType.UINT8).to(device);
      var address = StandIn.newest(40 * 50 * 3);
      var image = Tensor.wrap(address, DType.UINT8, 40, 50, 3);
      System.out.println("wrapped");
      ImageKernels.brightness_(image, 2);
      System.out.println("and read");
    }
  }
}
