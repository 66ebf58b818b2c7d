/// Atomic files, archives, numpy's arrays, JSON and hashes.
@NullMarked
package toco.files;

import org.jspecify.annotations.NullMarked;
