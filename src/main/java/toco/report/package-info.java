/// The report of a run: one web page of curves, scores, images and environment.
@NullMarked
package toco.report;

import org.jspecify.annotations.NullMarked;
