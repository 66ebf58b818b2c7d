import toco.nn.Linear
import toco.nn.Parameters
import toco.optim.Optimizer
import toco.torch.LibTorch
import toco.torch.Tensor
import toco.torch.TensorScope

operator fun Tensor.plus(other: Tensor): Tensor = add(other)
operator fun Tensor.times(factor: Double): Tensor = mul(factor)
operator fun Tensor.minus(value: Double): Tensor = sub(value)

/** A small network learns the sine: scopes with `use`, operators as extension functions. */
fun main() {
    println("LibTorch ${LibTorch.version()}")
    TensorScope.open().use {
        Parameters().use { params ->
            val hidden = Linear(params.child("hidden"), 1, 32)
            val output = Linear(params.child("output"), 32, 1)
            val x = Tensor.rand(256, 1) * 6.0 - 3.0
            val noise = Tensor.randn(256, 1) * 0.01
            Optimizer.adamW(params.trainable(), 1e-2).use { adam ->
                var last = 0.0
                repeat(500) {
                    TensorScope.open().use {
                        adam.zeroGrad()
                        val loss = output.forward(hidden.forward(x).tanh()).mseLoss(x.sin() + noise)
                        loss.backward()
                        adam.step()
                        last = loss.item()
                    }
                }
                println("loss %.5f".format(last))
                check(last < 0.01) { "did not learn the sine" }
            }
        }
    }
    println("tensors left: ${LibTorch.liveTensors()}")
}
