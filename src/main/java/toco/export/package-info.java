/// A trained network as a program for others: TorchScript.
@NullMarked
package toco.export;

import org.jspecify.annotations.NullMarked;
