/// Class activation maps and what training derives from them: labels, pseudo-labels, affinities,
/// local crops.
@NullMarked
package toco.cam;

import org.jspecify.annotations.NullMarked;
