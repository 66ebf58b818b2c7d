/// Files that appear whole or not at all.
@NullMarked
package toco.files;

import org.jspecify.annotations.NullMarked;
