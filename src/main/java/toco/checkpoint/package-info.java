/// Weights in files: safetensors and PyTorch's `.pth` (read by mapping and without executing
/// anything, written whole or not at all), a training run's checkpoints, and a network as
/// TorchScript.
@NullMarked
package toco.checkpoint;

import org.jspecify.annotations.NullMarked;
