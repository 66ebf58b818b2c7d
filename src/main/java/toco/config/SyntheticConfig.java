package toco.config;

import static toco.config.ValueChecks.atLeast;

import java.util.Locale;

/// `data.synthetic.*`: the generated data set of shapes that the demo trains on. Every image
/// depends on `seed`, its split and its number alone.
///
/// @param variant `plain`, or `lively`: smaller objects on busier backgrounds, where the token
///   contrasts matter
/// @param trainImages images in the training list
/// @param valImages images in the validation list
/// @param testImages images in the test list
/// @param seed seed of the generator; independent of `run.seed`, so runs can share a data set
public record SyntheticConfig(
    @Default("plain") Variant variant,
    @Default("1000") int trainImages,
    @Default("100") int valImages,
    @Default("200") int testImages,
    @Default("1") long seed) {

  /// The two distributions of images.
  public enum Variant {
    /// Large objects before pale backgrounds; a ring and a cross with broad parts.
    PLAIN,
    /// Smaller objects, more of them, before colourful backgrounds, and a thin cross with a colour
    /// ramp in place of a texture: here a classifier can name the classes without finding them.
    LIVELY;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public SyntheticConfig {
    atLeast("data.synthetic.trainImages", trainImages, 1);
    atLeast("data.synthetic.valImages", valImages, 1);
    atLeast("data.synthetic.testImages", testImages, 1);
  }
}
