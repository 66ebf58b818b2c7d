/// Trained networks as folders in Hugging Face's layout: weights, configuration and a model card.
@NullMarked
package toco.hub;

import org.jspecify.annotations.NullMarked;
