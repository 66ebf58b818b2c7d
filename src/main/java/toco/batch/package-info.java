/// From decoded samples to the tensors of a training step.
@NullMarked
package toco.batch;

import org.jspecify.annotations.NullMarked;
