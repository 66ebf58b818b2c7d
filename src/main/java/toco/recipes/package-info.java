/// The recipes by name: the one place that knows which there are.
@NullMarked
package toco.recipes;

import org.jspecify.annotations.NullMarked;
