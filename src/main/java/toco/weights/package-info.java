/// Published weights of encoders: where they are, under which licence, and the cache.
@NullMarked
package toco.weights;

import org.jspecify.annotations.NullMarked;
