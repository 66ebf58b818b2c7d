package toco.config;

import static toco.config.ValueChecks.atLeast;

import java.util.Locale;

/// `data.synthetic.*`: the generated data set of shapes that the demo trains on. An image depends
/// only on `seed`, its split and its number.
///
/// @param variant `plain`, or `lively`: smaller objects on busier backgrounds, on which the token
///   contrasts matter
/// @param trainImages images in the training list
/// @param valImages images in the validation list
/// @param testImages images in the test list
/// @param seed seed of the generator; independent of `run.seed`, so that runs can share a data set
public record SyntheticConfig(
    @Default("plain") Variant variant,
    @Default("1000") int trainImages,
    @Default("100") int valImages,
    @Default("200") int testImages,
    @Default("1") long seed) {

  /// The two distributions of images.
  public enum Variant {
    /// Large objects on pale backgrounds; a ring and a cross with broad parts.
    PLAIN,
    /// Smaller and more objects on colourful backgrounds, and a thin cross with a colour ramp
    /// instead of a texture: here a classifier can recognise the classes without finding the
    /// objects.
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
