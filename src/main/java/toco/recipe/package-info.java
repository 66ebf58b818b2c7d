/// What one training step computes: the step, the losses that it minimises, the groups of weights
/// and the optimizer.
@NullMarked
package toco.recipe;

import org.jspecify.annotations.NullMarked;
