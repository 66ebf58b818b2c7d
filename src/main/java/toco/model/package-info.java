/// The network: a vision transformer with auxiliary tokens, two classifiers, a segmentation decoder
/// and the projection heads of class tokens.
@NullMarked
package toco.model;

import org.jspecify.annotations.NullMarked;
