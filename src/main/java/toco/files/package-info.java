/// Files that appear whole or not at all; numpy's arrays.
@NullMarked
package toco.files;

import org.jspecify.annotations.NullMarked;
