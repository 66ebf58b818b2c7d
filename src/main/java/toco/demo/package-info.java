/// The demo: ToCo learns synthetic shapes from image-level labels in minutes.
@NullMarked
package toco.demo;

import org.jspecify.annotations.NullMarked;
