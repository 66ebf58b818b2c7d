/// Layers with weights, and the named tree that holds them. Like [toco.torch], independent of ToCo.
@NullMarked
package toco.nn;

import org.jspecify.annotations.NullMarked;
