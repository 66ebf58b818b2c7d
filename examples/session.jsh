// LibTorch line by line. Remove the last line to continue the session with your own lines.
import toco.torch.*
import toco.nn.*
import toco.optim.*

var scope = TensorScope.open()
var x = Tensor.randn(3, 4)
IO.println(x.matmul(x.transpose(0, 1)))
IO.println(Arrays.toString(x.softmax(1).sum(1).toFloatArray()))
IO.println(Ops.call("aten::linalg_svdvals", x))

// a small network learns the sine
var params = new Parameters()
var hidden = new Linear(params.child("hidden"), 1, 32)
var output = new Linear(params.child("output"), 32, 1)
var adam = Optimizer.adamW(params.trainable(), 1e-2)
var points = Tensor.rand(256, 1).mul(6).sub(3)
Tensor loss() { return output.forward(hidden.forward(points).tanh()).mseLoss(points.sin()); }
double step() { try (var s = TensorScope.open()) { adam.zeroGrad(); var loss = loss(); loss.backward(); adam.step(); return loss.item(); } }
for (int i = 0; i < 500; i++) step();
var last = step()
IO.println("loss " + last)

adam.close(); params.close(); scope.close()
IO.println("tensors left: " + LibTorch.liveTensors())
/exit last < 0.01 && LibTorch.liveTensors() == 0 ? 0 : 1
