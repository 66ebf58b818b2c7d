/// A training run on disk: its folder, `metrics.jsonl`, `sessions.jsonl` and TensorBoard events,
/// for writers and readers.
@NullMarked
package toco.run;

import org.jspecify.annotations.NullMarked;
