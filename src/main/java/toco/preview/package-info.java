/// A web page of training samples as training sees them.
@NullMarked
package toco.preview;

import org.jspecify.annotations.NullMarked;
