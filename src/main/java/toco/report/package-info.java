/// The report of a run: one web page of curves, scores, pictures and surroundings.
@NullMarked
package toco.report;

import org.jspecify.annotations.NullMarked;
