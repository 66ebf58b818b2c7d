/// A look at the machine: what ToCo needs, what is there, and the remedy for what is not.
@NullMarked
package toco.doctor;

import org.jspecify.annotations.NullMarked;
