/// Web pages as values.
@NullMarked
package toco.html;

import org.jspecify.annotations.NullMarked;
