/// Weights in files: safetensors and PyTorch's `.pth` (read by mapping and without executing
/// anything, written whole or not at all), and a training run's checkpoints.
@NullMarked
package toco.checkpoint;

import org.jspecify.annotations.NullMarked;
