package toco.loss;

/// A term of a recipe's loss.
///
/// @param key its name in `metrics.jsonl`, TensorBoard and messages, such as `clsAux`
/// @param title its name in a chart, such as `Auxiliary classification`
public record LossTerm(String key, String title) {}
