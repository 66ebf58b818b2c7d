/// Event files that TensorBoard reads.
@NullMarked
package toco.tensorboard;

import org.jspecify.annotations.NullMarked;
