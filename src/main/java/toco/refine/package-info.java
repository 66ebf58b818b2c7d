/// Refinement of maps by the colours of their image: pixel-adaptive refinement (PAR), the
/// permutohedral lattice, the bilateral filter and the dense CRF.
@NullMarked
package toco.refine;

import org.jspecify.annotations.NullMarked;
