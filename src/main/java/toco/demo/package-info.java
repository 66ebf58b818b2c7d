/// The demo: ToCo learns synthetic shapes from image-level labels in minutes, or your own
/// photographs with a pretrained encoder.
@NullMarked
package toco.demo;

import org.jspecify.annotations.NullMarked;
