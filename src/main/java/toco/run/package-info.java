/// A training run on disk: its folder, `metrics.jsonl`, `sessions.jsonl` and TensorBoard's events,
/// written and read.
@NullMarked
package toco.run;

import org.jspecify.annotations.NullMarked;
