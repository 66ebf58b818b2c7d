/// Data sets: their images, their image-level labels, and the order in which training visits them.
///
/// [toco.data.Dataset] opens a data set. Training reads images and image-level labels. Masks are
/// for evaluation; only [toco.data.ClassLabels#fromMasks] turns them into labels.
@NullMarked
package toco.data;

import org.jspecify.annotations.NullMarked;
