/// Loss terms, and their weights over the iterations.
@NullMarked
package toco.loss;

import org.jspecify.annotations.NullMarked;
