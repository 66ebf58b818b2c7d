/// A web page of training samples as training sees them, for people to look at.
@NullMarked
package toco.preview;

import org.jspecify.annotations.NullMarked;
