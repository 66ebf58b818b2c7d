package toco;

import java.util.Arrays;
import java.util.SplittableRandom;

/// Damages files as disks, networks and attackers do, the same way for the same seed.
public final class Mutations {
  private static final int KINDS = 7;

  private Mutations() {}

  /// A damaged copy of a file; rarely an equal one.
  public static byte[] mutate(byte[] original, long seed) {
    var random = new SplittableRandom(seed);
    var bytes = original.clone();
    int rounds = 1 + random.nextInt(3);
    for (int i = 0; i < rounds && bytes.length > 0; i++) {
      bytes = mutateOnce(bytes, random);
    }
    return bytes;
  }

  private static byte[] mutateOnce(byte[] bytes, SplittableRandom random) {
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return switch (random.nextInt(KINDS)) {
      case 0 -> Arrays.copyOf(bytes, at); // cut off
      case 1 -> flipBits(bytes, random, at);
      case 2 -> fill(bytes, at, length, (byte) (random.nextBoolean() ? 0xFF : 0));
      case 3 -> splice(bytes, at, length, new byte[0]); // a part lost
      case 4 -> splice(bytes, at, 0, Arrays.copyOfRange(bytes, at, at + length)); // a part twice
      case 5 -> splice(bytes, at, length, noise(random, length));
      default -> flipBits(bytes, random, random.nextInt(Math.min(200, bytes.length))); // its header
    };
  }

  private static byte[] flipBits(byte[] bytes, SplittableRandom random, int at) {
    bytes[at] ^= (byte) (1 + random.nextInt(255));
    return bytes;
  }

  private static byte[] fill(byte[] bytes, int at, int length, byte value) {
    Arrays.fill(bytes, at, at + length, value);
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
    var out = new byte[bytes.length - removed + inserted.length];
    System.arraycopy(bytes, 0, out, 0, at);
    System.arraycopy(inserted, 0, out, at, inserted.length);
    System.arraycopy(bytes, at + removed, out, at + inserted.length, bytes.length - at - removed);
    return out;
  }

  private static byte[] noise(SplittableRandom random, int length) {
    var noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }
}
