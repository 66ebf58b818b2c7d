/// What the network computes for images without gradient: encoder passes, class activation maps,
/// segmentation over image scales; and what training derives from CAMs: labels, pseudo-labels,
/// affinities, local crops.
@NullMarked
package toco.cam;

import org.jspecify.annotations.NullMarked;
