/// Data sets: what images there are, their image-level labels, in what order they are visited.
///
/// Training reads images and image-level labels. Masks are for evaluation, and are turned into
/// labels only where [toco.data.ClassLabels#fromMasks] is asked to by name.
@NullMarked
package toco.data;

import org.jspecify.annotations.NullMarked;
