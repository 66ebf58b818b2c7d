/// Comparison with the published code: runs the classes of training and evaluation on recorded
/// golden cases.
@NullMarked
package toco.parity;

import org.jspecify.annotations.NullMarked;
