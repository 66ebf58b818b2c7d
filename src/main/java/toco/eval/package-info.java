/// Scores, the evaluation of a network's CAMs and segmentations against masks, and pictures of
/// them.
@NullMarked
package toco.eval;

import org.jspecify.annotations.NullMarked;
