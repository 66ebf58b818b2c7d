/// This machine: the device and threads that a configuration uses, and processor and memory as the
/// operating system reports them.
@NullMarked
package toco.host;

import org.jspecify.annotations.NullMarked;
