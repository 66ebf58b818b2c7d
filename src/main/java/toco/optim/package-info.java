/// Optimizers over parameter groups, and their learning-rate schedules.
@NullMarked
package toco.optim;

import org.jspecify.annotations.NullMarked;
