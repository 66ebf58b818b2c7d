/// This machine: the devices and threads that a configuration gets, and what the operating system
/// says of processor and memory.
@NullMarked
package toco.host;

import org.jspecify.annotations.NullMarked;
