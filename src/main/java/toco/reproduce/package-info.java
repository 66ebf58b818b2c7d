/// The published runs done again: what they used and gave, the checks before, the flow from the
/// first check to the table of ours beside theirs.
@NullMarked
package toco.reproduce;

import org.jspecify.annotations.NullMarked;
