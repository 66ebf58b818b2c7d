import module java.base;

import toco.nn.Linear;
import toco.nn.Parameters;
import toco.optim.Optimizer;
import toco.torch.LibTorch;
import toco.torch.NativeObject;
import toco.torch.Ops;
import toco.torch.Rng;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Calls the C++ of operator.cpp in three ways: a registered operator, through which gradients
/// flow; an object of a registered class; and a plain function that takes tensors.
void main(String[] arguments) throws Throwable {
  var library = Path.of(arguments[0]).toAbsolutePath();
  LibTorch.loadLibrary(library);
  IO.println(Ops.schema("mine::snake"));
  Rng.manualSeed(0);
  try (var _ = TensorScope.open()) {
    train();
    classes();
    functions(library);
  }
  IO.println("tensors left: " + LibTorch.liveTensors());
}

/// A network whose activation is the operator learns the sine: gradients flow through C++.
void train() {
  try (var params = new Parameters()) {
    var hidden = new Linear(params.child("hidden"), 1, 32);
    var output = new Linear(params.child("output"), 32, 1);
    var x = Tensor.rand(256, 1).mul(6).sub(3);
    double loss = 0;
    try (var adam = Optimizer.adamW(params.trainable(), 1e-2)) {
      for (int i = 0; i < 300; i++) {
        try (var _ = TensorScope.open()) {
          adam.zeroGrad();
          var activated = Ops.call("mine::snake", hidden.forward(x), 1.0);
          var error = output.forward(activated).mseLoss(x.sin());
          error.backward();
          adam.step();
          loss = error.item();
        }
      }
    }
    IO.println("loss %.5f".formatted(loss));
    check(loss < 0.01, "the network did not learn the sine");
  }
}

/// Constructor, method, and an operator that takes the object.
void classes() {
  try (var counter = NativeObject.create("mine::Counter", 3)) {
    check(counter.call("increment", 4).equals(7L), "3 + 4 is not 7");
    var sum = Ops.call("mine::add_count", Tensor.ones(2), counter);
    check(sum.sum().item() == 16, "the operator did not see the object");
  }
}

/// Passes a tensor as at::Tensor * and receives one; each side frees its own tensors.
void functions(Path library) throws Throwable {
  var linker = Linker.nativeLinker();
  var symbols = SymbolLookup.libraryLookup(library, Arena.global());
  var rowNorms =
      linker.downcallHandle(
          symbols.findOrThrow("row_norms"),
          FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
  var release =
      linker.downcallHandle(
          symbols.findOrThrow("release_tensor"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
  var x = Tensor.of(new float[] {3, 4, 6, 8}, 2, 2);
  var pointer = (MemorySegment) rowNorms.invokeExact(x.handle());
  var norms = Tensor.ofPointer(pointer);
  release.invokeExact(pointer);
  check(Arrays.equals(norms.toFloatArray(), new float[] {5, 10}), "the norms are " + norms);
}

void check(boolean holds, String otherwise) {
  if (!holds) {
    throw new AssertionError(otherwise);
  }
}
