/// The seam for recipes: what a method gives ([toco.recipe.Recipe], [toco.recipe.Objective]), the
/// training step around it, the groups of weights and the optimizer.
@NullMarked
package toco.recipe;

import org.jspecify.annotations.NullMarked;
