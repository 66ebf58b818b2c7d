/// Starts the processes of a distributed job on one host, and sees them to their end.
@NullMarked
package toco.launch;

import org.jspecify.annotations.NullMarked;
