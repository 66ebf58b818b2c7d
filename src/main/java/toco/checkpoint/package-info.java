/// Files of weights: safetensors and PyTorch's `.pth` (memory-mapped and read without executing
/// anything, written atomically), checkpoints of training runs, and networks as TorchScript.
@NullMarked
package toco.checkpoint;

import org.jspecify.annotations.NullMarked;
