/// Processes that train or evaluate together.
@NullMarked
package toco.distributed;

import org.jspecify.annotations.NullMarked;
