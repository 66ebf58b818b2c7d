/// Optimizers over parameter groups, at rates that are functions of the step.
@NullMarked
package toco.optim;

import org.jspecify.annotations.NullMarked;
