package toco.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import toco.download.ByteCount;
import toco.download.Fetched;
import toco.files.Sha256;
import toco.weights.PublishedWeights;
import toco.weights.WeightsCache;
import toco.weights.WeightsCatalogue;

@Command(
    name = "get",
    header = "Downloads published weights, verified.",
    description = {
      "Prints the path of each file. Ctrl-C and a cut connection lose nothing: the next call"
          + " resumes. A file that is there already is verified again.",
      "The licence is printed first. Weights of which everyone gets a URL of their own, such as"
          + " Meta's DINOv3, need --from.",
      "Proxies and certificates: those of the JVM (TOCO_JAVA_OPTS), or else of https_proxy,"
          + " http_proxy, all_proxy and no_proxy. HF_TOKEN is sent to huggingface.co alone;"
          + " HF_ENDPOINT names a mirror of it."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  toco weights get vit_small_patch14_dinov2",
      "  toco weights get deit_base_patch16_224 vit_base_patch16_224 --to pretrained",
      "  toco weights get vit_base_patch16_224.mae --from /mnt/mirror",
      "  toco weights get vit_base_patch16_dinov3_qkvb --from 'https://…' (the URL of the e-mail)"
    })
final class WeightsGetCommand implements Callable<Integer> {
  private final Console console;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "NAME",
      description = "A name of toco weights list, with or without its tag.")
  List<String> names = new ArrayList<>();

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description =
          "Folder for the files (default: the cache, where model.pretrained=get:NAME finds them).")
  @Nullable Path to;

  @Option(
      names = "--from",
      paramLabel = "URL|DIR",
      description =
          "Where to get the file instead of at the publisher's: its URL or path; or a mirror, a"
              + " folder or a URL that ends with /, which has it under its name.")
  @Nullable String from;

  WeightsGetCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    var all = names.stream().map(WeightsCatalogue::find).distinct().toList();
    requireMirror(all.size());
    var progress = console.progress();
    var cache = WeightsCache.ofProcess();
    for (var weights : all) {
      progress.onMessage(
          "%s: %s, for model.backbone %s; licence %s"
              .formatted(
                  weights.name(),
                  weights.family().names(),
                  weights.backbone(),
                  weights.licenceLine()));
      var fetched = cache.fetch(weights, to, from, progress);
      progress.onMessage(describe(weights, fetched));
      console.print(fetched.file() + "\n");
    }
    return ExitStatus.SUCCESS;
  }

  private void requireMirror(int files) {
    if (from != null && files > 1 && !from.endsWith("/") && !Files.isDirectory(Path.of(from))) {
      throw new ParameterException(
          spec.commandLine(),
          "--from %s is one file, but %s are wanted; name a folder, or a URL that ends with /"
              .formatted(from, files));
    }
  }

  private static String describe(PublishedWeights weights, Fetched fetched) throws IOException {
    var checksum = fetched.checksum();
    var verified =
        checksum == null
            ? "SHA-256 %s, which no public source states".formatted(Sha256.ofFile(fetched.file()))
            : "%s, as stated by %s"
                .formatted(
                    checksum, weights.checksum() == null ? "the server" : weights.statedBy());
    return "%s%s, %s"
        .formatted(
            fetched.existed() ? "already there: " : "", ByteCount.of(fetched.bytes()), verified);
  }
}
