/// Proof against recorded figures: runs the classes of training and evaluation on golden cases and
/// compares.
@NullMarked
package toco.parity;

import org.jspecify.annotations.NullMarked;
