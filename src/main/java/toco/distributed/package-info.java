/// Distributed training and evaluation: launching ranks, joining them, collective calls, and
/// finding the cause when a rank fails.
@NullMarked
package toco.distributed;

import org.jspecify.annotations.NullMarked;
