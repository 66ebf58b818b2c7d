package toco.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigInteger;

/// How much of the encoder is frozen, in the order of the forward pass. A frozen weight keeps its
/// value: it has no gradient and no optimizer state.
///
/// @param count number of frozen blocks; from 1 on the patch embedding and the tokens before the
///   patches are frozen too
/// @param all whether the whole encoder is frozen, the final norm included
public record FrozenBlocks(int count, boolean all) {
  /// Nothing but the position embedding is frozen.
  public static final FrozenBlocks NONE = new FrozenBlocks(0, false);

  /// The whole encoder is frozen.
  public static final FrozenBlocks ALL = new FrozenBlocks(Integer.MAX_VALUE, true);

  private static final String ALL_TEXT = "all";

  /// What a configuration may hold.
  static final String EXPECTED = "an integer ≥ 0, or " + ALL_TEXT;

  /// The first `count` blocks, and what is before them.
  public static FrozenBlocks first(int count) {
    return new FrozenBlocks(count, false);
  }

  /// @throws IllegalArgumentException for anything but an integer ≥ 0 and `all`
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static FrozenBlocks read(Object value) {
    return switch (value) {
      case Integer count when count >= 0 -> first(count);
      case BigInteger count when count.signum() >= 0 && count.bitLength() < Integer.SIZE ->
          first(count.intValue()); // YAML's integers
      case String text when text.equals(ALL_TEXT) -> ALL;
      default -> throw new IllegalArgumentException("must be " + EXPECTED + ", got " + value);
    };
  }

  /// The number of blocks, or `all`.
  @JsonValue
  Object written() {
    return all ? ALL_TEXT : count;
  }

  /// Whether patch embedding and tokens are frozen.
  public boolean embedding() {
    return count > 0;
  }

  /// The number of frozen blocks of an encoder.
  public int of(int depth) {
    return Math.min(count, depth);
  }

  /// As it is written in a configuration.
  @Override
  public String toString() {
    return String.valueOf(written());
  }
}
