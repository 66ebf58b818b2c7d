/// MoRe (arXiv:2412.11076): its losses, masks, localisation maps and objective, next to what it
/// shares with ToCo.
@NullMarked
package toco.recipe.more;

import org.jspecify.annotations.NullMarked;
