/// Reproduction of the published runs: their settings and results, the checks before a run, and all
/// steps up to the table that compares the results.
@NullMarked
package toco.reproduce;

import org.jspecify.annotations.NullMarked;
