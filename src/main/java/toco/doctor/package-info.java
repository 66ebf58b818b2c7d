/// Checks of the machine: what ToCo needs, what was found, and the remedy for what is missing.
@NullMarked
package toco.doctor;

import org.jspecify.annotations.NullMarked;
