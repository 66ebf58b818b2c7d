/// Weights in files: safetensors (read by mapping, written whole or not at all), PyTorch's `.pth`
/// (read without executing anything), and a training run's checkpoints.
@NullMarked
package toco.checkpoint;

import org.jspecify.annotations.NullMarked;
