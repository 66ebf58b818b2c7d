/// Processes that train or evaluate together: how they are started, meet, exchange and fail.
@NullMarked
package toco.distributed;

import org.jspecify.annotations.NullMarked;
