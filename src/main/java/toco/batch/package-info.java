/// Batches: random augmentation of decoded samples, and their loading by worker threads.
@NullMarked
package toco.batch;

import org.jspecify.annotations.NullMarked;
