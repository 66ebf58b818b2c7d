/// Networks as ONNX: a trained network is written as a file for other programs, and files of any
/// origin are run by ONNX Runtime. The two libraries that this needs are optional
/// ([toco.files.OptionalLibrary]).
@NullMarked
package toco.onnx;

import org.jspecify.annotations.NullMarked;
