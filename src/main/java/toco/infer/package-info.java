/// Applies a trained network to images: class activation maps, segmentations, token similarities,
/// pseudo-labels, and the archive for VOC's test server.
@NullMarked
package toco.infer;

import org.jspecify.annotations.NullMarked;
