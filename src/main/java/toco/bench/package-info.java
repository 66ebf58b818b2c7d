/// Measurements of what the program rests on: the cost of a call across the bridge, the speed of
/// its kernels.
@NullMarked
package toco.bench;

import org.jspecify.annotations.NullMarked;
