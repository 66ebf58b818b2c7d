/// The demo: ToCo learns synthetic shapes from image-level labels in minutes, and shows what it learned.
@NullMarked
package toco.demo;

import org.jspecify.annotations.NullMarked;
