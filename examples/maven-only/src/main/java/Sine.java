import toco.nn.Linear;
import toco.nn.Parameters;
import toco.optim.Optimizer;
import toco.torch.LibTorch;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Trains a small network to compute the sine.
public final class Sine {
  private static final int STEPS = 500;

  private Sine() {}

  public static void main(String[] arguments) {
    IO.println("LibTorch %s: %s".formatted(LibTorch.version(), LibTorch.origin()));
    double loss = Double.NaN;
    try (var scope = TensorScope.open();
        var params = new Parameters()) {
      var hidden = new Linear(params.child("hidden"), 1, 32);
      var output = new Linear(params.child("output"), 32, 1);
      var x = Tensor.rand(256, 1).mul(6).sub(3); // [256, 1], from -3 to 3
      var y = x.sin();
      try (var adam = Optimizer.adamW(params.trainable(), 1e-2)) {
        for (int step = 0; step < STEPS; step++) {
          try (var inner = TensorScope.open()) {
            adam.zeroGrad();
            var error = output.forward(hidden.forward(x).tanh()).mseLoss(y);
            error.backward();
            adam.step();
            loss = error.item();
          }
        }
      }
    }
    IO.println("loss %.5f, %d tensors left".formatted(loss, LibTorch.liveTensors()));
    if (!(loss < 0.01) || LibTorch.liveTensors() > 0) {
      System.exit(1);
    }
  }
}
