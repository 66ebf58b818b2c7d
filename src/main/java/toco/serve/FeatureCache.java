package toco.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The features of the images that were looked at last, within a bound of memory.
final class FeatureCache {
  private static final long MAX_BYTES = 256L << 20;
  private static final int MAX_IMAGES = 16;

  private final Map<String, TokenFeatures> byKey = new LinkedHashMap<>(); // the oldest use first
  private long bytes;

  synchronized Optional<TokenFeatures> find(String image, String network) {
    var key = key(image, network);
    var found = byKey.remove(key);
    if (found == null) {
      return Optional.empty();
    }
    byKey.put(key, found);
    return Optional.of(found);
  }

  synchronized void put(String image, String network, TokenFeatures features) {
    var before = byKey.put(key(image, network), features);
    bytes += features.bytes() - (before == null ? 0 : before.bytes());
    var oldest = byKey.values().iterator();
    while (byKey.size() > 1 && (byKey.size() > MAX_IMAGES || bytes > MAX_BYTES)) {
      bytes -= oldest.next().bytes();
      oldest.remove();
    }
  }

  private static String key(String image, String network) {
    return image + " " + network;
  }
}
