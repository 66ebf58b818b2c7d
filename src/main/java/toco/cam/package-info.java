/// Class activation maps and what training derives from them: labels, refined pseudo-labels,
/// affinities, local crops.
@NullMarked
package toco.cam;

import org.jspecify.annotations.NullMarked;
