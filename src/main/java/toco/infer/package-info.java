/// What a trained network makes of images: class activation maps, segmentations, similarities of
/// tokens, pseudo-labels, and the archive for VOC's test server.
@NullMarked
package toco.infer;

import org.jspecify.annotations.NullMarked;
