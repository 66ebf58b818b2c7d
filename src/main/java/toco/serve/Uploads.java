package toco.serve;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import toco.config.Config;
import toco.data.ImageNames;
import toco.image.ImageException;
import toco.image.ImageSize;
import toco.image.ReadOptions;

/// Images that were sent, as they were sent, for some minutes: the oldest go when there are too
/// many.
final class Uploads {
  private static final int MAX_IMAGES = 32;
  private static final long MAX_BYTES = 128L << 20;
  private static final Duration KEPT = Duration.ofMinutes(15);
  private static final int ID_BYTES = 12;
  private static final int MAX_NAME = 80;
  private static final Pattern NOT_IN_NAMES = Pattern.compile("[^A-Za-z0-9._-]+");

  private final SecureRandom random = new SecureRandom();
  private final Map<String, Kept> kept = new LinkedHashMap<>(); // the least recently used first
  private final ReadOptions options;
  private final long maxPixels;
  private long bytes;

  private record Kept(ServedImage.Upload image, long usedNanos) {}

  /// @param config says how images are read; null: in the usual way
  /// @param maxPixels of an image
  Uploads(@Nullable Config config, long maxPixels) {
    options = config == null ? ReadOptions.STANDARD : ReadOptions.of(config.data());
    this.maxPixels = maxPixels;
  }

  /// Checks an encoded image's header, and keeps nothing.
  ///
  /// @throws HttpProblem if it is of an unknown format, or has too many pixels
  ServedImage.Upload check(String id, String name, byte[] content) {
    if (content.length == 0) {
      throw HttpProblem.badRequest("the body is empty; send an image's bytes");
    }
    ImageSize size;
    try {
      size = ImageSize.of(content, "the image", options);
    } catch (ImageException e) {
      throw HttpProblem.badRequest(String.valueOf(e.getMessage()));
    }
    if (size.pixels() > maxPixels) {
      throw HttpProblem.tooLarge(
          "the image has %s×%s px, more than %s megapixels; scale it down or raise --max-megapixels"
              .formatted(size.widthPx(), size.heightPx(), maxPixels / 1e6));
    }
    return new ServedImage.Upload(id, name, content, size, options);
  }

  /// Keeps an image.
  ///
  /// @param name of its file, from the client
  ServedImage.Upload add(String name, byte[] content) {
    var id = new byte[ID_BYTES];
    random.nextBytes(id);
    var image = check("up-" + HexFormat.of().formatHex(id), cleaned(name), content);
    synchronized (this) {
      kept.put(image.id(), new Kept(image, System.nanoTime()));
      bytes += content.length;
      prune();
    }
    return image;
  }

  synchronized Optional<ServedImage> find(String id) {
    prune();
    var found = kept.remove(id);
    if (found == null) {
      return Optional.empty();
    }
    kept.put(id, new Kept(found.image, System.nanoTime()));
    return Optional.of(found.image);
  }

  private void prune() {
    var oldest = kept.values().iterator();
    while (oldest.hasNext()) {
      var next = oldest.next();
      boolean isOld = System.nanoTime() - next.usedNanos > KEPT.toNanos();
      if (!isOld && kept.size() <= MAX_IMAGES && (bytes <= MAX_BYTES || kept.size() == 1)) {
        return;
      }
      bytes -= next.image.content().length;
      oldest.remove();
    }
  }

  /// A name that is one on every file system, without folders and ending.
  private static String cleaned(String name) {
    var last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    var plain = NOT_IN_NAMES.matcher(ImageNames.withoutExtension(last)).replaceAll("_");
    var text = plain.replaceFirst("^[._-]+", "");
    text = text.length() > MAX_NAME ? text.substring(0, MAX_NAME) : text;
    return text.isEmpty() ? "photo" : text;
  }
}
