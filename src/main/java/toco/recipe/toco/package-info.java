/// ToCo (arXiv:2303.01267): its losses in the paper's order.
@NullMarked
package toco.recipe.toco;

import org.jspecify.annotations.NullMarked;
