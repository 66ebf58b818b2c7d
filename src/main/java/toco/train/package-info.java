/// Training: one step, top to bottom, and the loop around it.
@NullMarked
package toco.train;

import org.jspecify.annotations.NullMarked;
