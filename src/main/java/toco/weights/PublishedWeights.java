package toco.weights;

import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.download.Checksum;
import toco.download.Source;

/// An encoder's published weights.
///
/// @param name timm's, with its tag
/// @param backbone the `model.backbone` that they are for
/// @param file the name of the file
/// @param urls where it is; empty if everyone gets a URL of their own
/// @param bytes its size; null if nobody states it
/// @param checksum null if nobody states one
/// @param statedBy who states the checksum; empty if nobody does
public record PublishedWeights(
    String name,
    String backbone,
    Family family,
    String file,
    List<String> urls,
    @Nullable Long bytes,
    @Nullable Checksum checksum,
    String statedBy) {

  public PublishedWeights {
    urls = List.copyOf(urls);
  }

  /// What weights of one release have in common.
  ///
  /// @param licence short
  /// @param licenceNote what the licence's name does not tell; may be empty
  /// @param names the form of the file and of the names in it
  /// @param obtain how to get a URL, where everyone gets their own; empty otherwise
  public record Family(
      String name, String licence, String licenceNote, String names, String obtain) {}

  /// The licence on one line.
  public String licenceLine() {
    var note = family.licenceNote.replace("{name}", name);
    return family.licence + (note.isEmpty() ? "" : ": " + note);
  }

  /// Who vouches for the file's content, in two words: `SHA-256`, `SHA-256, 8 digits`, `by server`
  /// (Hugging Face states it with the file), `none`.
  public String hash() {
    if (checksum != null) {
      var part = checksum.isPrefix() ? ", %s digits".formatted(checksum.hex().length()) : "";
      return checksum.kind() + part;
    }
    return isOnHuggingFace() ? "by server" : "none";
  }

  private boolean isOnHuggingFace() {
    return urls.stream().anyMatch(url -> url.startsWith(HuggingFace.HOST));
  }

  /// Where to download the file.
  ///
  /// @param endpoint the place of huggingface.co's files
  Source source(String endpoint) {
    var get = "toco weights get %s --from URL".formatted(name);
    var remedy =
        family.obtain.isEmpty()
            ? "or name another place that has it: %s|DIR".formatted(get)
            : "%s: %s".formatted(family.obtain, get);
    return new Source(
        file,
        urls.stream().map(url -> url.replace(HuggingFace.HOST, endpoint)).toList(),
        bytes,
        checksum,
        remedy);
  }
}
