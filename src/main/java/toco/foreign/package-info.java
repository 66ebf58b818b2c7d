/// Segmentation networks of other programs: TorchScript modules and ONNX files.
@NullMarked
package toco.foreign;

import org.jspecify.annotations.NullMarked;
