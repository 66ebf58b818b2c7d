/// Makes data sets from their published archives: gets and verifies these, unpacks what training
/// and evaluation read, and makes lists, labels and masks.
@NullMarked
package toco.prepare;

import org.jspecify.annotations.NullMarked;
