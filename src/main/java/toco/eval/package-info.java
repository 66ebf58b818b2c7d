/// Evaluation of a network's CAMs and segmentations against masks: scores, confidence intervals and
/// pictures.
@NullMarked
package toco.eval;

import org.jspecify.annotations.NullMarked;
