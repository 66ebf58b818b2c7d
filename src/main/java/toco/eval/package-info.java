/// Scores, and the evaluation of a network's CAMs and segmentations against masks.
@NullMarked
package toco.eval;

import org.jspecify.annotations.NullMarked;
