package toco.weights;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import toco.config.ModelConfig;
import toco.download.Download;
import toco.download.DownloadException;
import toco.download.DownloadProgress;
import toco.download.Fetched;
import toco.download.Source;
import toco.library.CacheFolder;

/// The published weights on this machine: `$XDG_CACHE_HOME/toco/weights`, or else
/// `~/.cache/toco/weights`, with one folder per name.
public final class WeightsCache {
  /// What `model.pretrained` begins with if it names published weights instead of a file.
  private static final String GET = "get:";

  private final Optional<Path> folder;
  private final Download download;
  private final String endpoint;

  /// @param folder empty if this user has none
  WeightsCache(Optional<Path> folder, Download download, String endpoint) {
    this.folder = folder;
    this.download = download;
    this.endpoint = endpoint;
  }

  /// That of this process's user.
  public static WeightsCache ofProcess() {
    Map<String, String> environment = System.getenv();
    return new WeightsCache(
        CacheFolder.of(environment, System.getProperty("user.home", ""))
            .map(cache -> cache.resolve("weights")),
        Download.ofProcess(),
        HuggingFace.endpoint(environment));
  }

  /// Whether a value of `model.pretrained` names published weights instead of a file.
  public static boolean isName(Path pretrained) {
    return pretrained.toString().startsWith(GET);
  }

  /// The value of `model.pretrained` for published weights.
  public static Path named(String name) {
    return Path.of(GET + name);
  }

  /// The file of `model.pretrained`: the path that it names, or the file of `get:NAME`, which is
  /// downloaded if it is not there yet.
  ///
  /// @return null if there are no pretrained weights
  /// @throws IllegalArgumentException if the name is unknown, or its weights are of another shape
  ///   than `model.backbone`
  /// @throws DownloadException if they cannot be downloaded
  public @Nullable Path pretrained(ModelConfig model, DownloadProgress progress) {
    var pretrained = model.pretrained();
    if (pretrained == null || !isName(pretrained)) {
      return pretrained;
    }
    var weights = WeightsCatalogue.find(pretrained.toString().substring(GET.length()));
    BackboneFit.require(weights, model);
    var cached = cached(weights);
    if (cached.isPresent()) {
      return cached.get();
    }
    progress.onMessage("%s: %s".formatted(weights.name(), weights.licenceLine()));
    return fetch(weights, null, null, progress).file();
  }

  /// The file of these weights, if the cache has it.
  public Optional<Path> cached(PublishedWeights weights) {
    return folder.map(it -> target(it, weights)).filter(Files::isRegularFile);
  }

  /// Gets the file of these weights, unless it is there, and verifies it.
  ///
  /// @param to the folder; null: the cache's
  /// @param from a URL, file or folder to take it from instead of the publisher; null: the
  ///   publisher
  /// @throws DownloadException if it cannot be had
  public Fetched fetch(
      PublishedWeights weights,
      @Nullable Path to,
      @Nullable String from,
      DownloadProgress progress) {
    var source = weights.source(endpoint);
    var target = to == null ? target(requireFolder(), weights) : to.resolve(weights.file());
    if (from == null && source.locations().isEmpty() && !Files.exists(target)) {
      throw new DownloadException(
          "%s has no public URL; %s".formatted(weights.name(), source.hint()));
    }
    return download.fetch(from == null ? source : at(source, from), target, progress);
  }

  private static Source at(Source source, String from) {
    return new Source(source.name(), List.of(from), source.bytes(), source.checksum(), "");
  }

  private static Path target(Path folder, PublishedWeights weights) {
    return folder.resolve(weights.name()).resolve(weights.file());
  }

  private Path requireFolder() {
    return folder.orElseThrow(() ->
        new DownloadException(
            "no folder for the cache is known: HOME and XDG_CACHE_HOME are not set; name a folder"
                + " with toco weights get NAME --to DIR"));
  }
}
