package toco.eval;

/// An image that could not be scored.
///
/// @param index its position in the data set
/// @param name its name in the list
/// @param reason one line
public record Skipped(int index, String name, String reason) {}
