/// Benchmarks: the cost of a call across the bridge, the speed of kernels, of the loader and of
/// training steps, and a model of scaling.
@NullMarked
package toco.bench;

import org.jspecify.annotations.NullMarked;
