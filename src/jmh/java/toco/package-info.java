/// Benches of the Java paths that a training step or a sample takes many times, in the packages of
/// what they measure. `docs/performance.md` says how to run them.
@NullMarked
package toco;

import org.jspecify.annotations.NullMarked;
