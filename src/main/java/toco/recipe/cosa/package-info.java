/// CoSA (arXiv:2402.17891): a network trained on a distorted view of each crop, and a teacher, its
/// exponential average, that labels the undistorted view. Each of the two swaps its assignments
/// with the other.
@NullMarked
package toco.recipe.cosa;

import org.jspecify.annotations.NullMarked;
