package toco.serve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import toco.config.Split;
import toco.image.ImageException;
import toco.image.ImageWriter;
import toco.image.Picture;
import toco.image.Thumbnail;

/// Images: those of the data set and uploads, and what networks make of them.
final class ImagesApi {
  private static final int THUMBNAIL_PX = 160;
  private static final long MAX_COUNT = 200;
  private static final Set<String> TYPES =
      Set.of(
          "",
          "image/jpeg",
          "image/png",
          "image/webp",
          "image/tiff",
          "image/bmp",
          "image/x-ms-bmp",
          "application/dicom",
          "application/octet-stream");

  private final ServedDataset dataset;
  private final Uploads uploads;
  private final Networks networks;
  private final ImageAnalysis analysis;
  private final FeatureCache cache;
  private final Workers networkWorkers;
  private final Workers pictureWorkers;
  private final ServeLimits limits;
  private final Predicate<String> isAnnotated;

  /// @param networkWorkers run networks
  /// @param pictureWorkers decode and encode pictures
  /// @param isAnnotated whether the image of a name has corrections
  ImagesApi(
      ServedDataset dataset,
      Uploads uploads,
      Networks networks,
      Workers networkWorkers,
      Workers pictureWorkers,
      ServeLimits limits,
      Predicate<String> isAnnotated) {
    this.dataset = dataset;
    this.uploads = uploads;
    this.networks = networks;
    this.networkWorkers = networkWorkers;
    this.pictureWorkers = pictureWorkers;
    this.limits = limits;
    this.isAnnotated = isAnnotated;
    cache = new FeatureCache();
    analysis = new ImageAnalysis(cache);
  }

  List<Route> routes() {
    return List.of(
        new Route("GET", "/api/images", this::list),
        new Route("POST", "/api/images", this::upload),
        new Route("GET", "/api/images/{id}", this::describe),
        new Route("GET", "/api/images/{id}/pixels", this::pixels),
        new Route("GET", "/api/images/{id}/thumbnail", this::thumbnail),
        new Route("GET", "/api/images/{id}/analysis", this::analyse),
        new Route("GET", "/api/images/{id}/crf", this::refine),
        new Route("GET", "/api/images/{id}/similarity", this::similarity));
  }

  /// The image of an id.
  ServedImage image(String id) {
    return dataset
        .find(id)
        .or(() -> uploads.find(id))
        .orElseThrow(() ->
            HttpProblem.notFound(
                "there is no image %s; if it was uploaded some time ago, upload it again"
                    .formatted(Query.quoted(id))));
  }

  /// The body of a request, which is to be an image.
  byte[] imageBody(Call call) throws IOException {
    if (!TYPES.contains(call.contentType())) {
      throw HttpProblem.unsupportedType(
          "the type %s is no image's; send image/jpeg, png, webp, tiff or bmp"
              .formatted(Query.quoted(call.contentType())));
    }
    return call.body(limits.uploadBytes());
  }

  private Answer list(Call call) {
    var split = split(call.query().text("split", "val"));
    long from = call.query().number("from", 0L, 0, Integer.MAX_VALUE);
    long count = call.query().number("count", 50L, 1, MAX_COUNT);
    var of = dataset.splits().get(split);
    int size = of == null ? 0 : of.size();
    var images = new ArrayList<Map<String, @Nullable Object>>();
    for (long i = from; of != null && i < Math.min(size, from + count); i++) {
      var image = dataset.image(split, of, (int) i);
      var entry = new LinkedHashMap<String, @Nullable Object>();
      entry.put("id", image.id());
      entry.put("name", image.name());
      entry.put("labels", image.labels());
      entry.put("annotated", isAnnotated.test(image.name()));
      images.add(entry);
    }
    return Answer.json(
        Map.of("split", split.toString(), "size", size, "from", from, "images", images));
  }

  private static Split split(String name) {
    return switch (name) {
      case "train" -> Split.TRAIN;
      case "val" -> Split.VAL;
      default ->
          throw HttpProblem.badRequest(
              "split must be train or val, got %s".formatted(Query.quoted(name)));
    };
  }

  private Answer upload(Call call) throws Exception {
    var image = uploads.add(call.query().text("name", ""), imageBody(call));
    return Answer.json(201, described(image));
  }

  private Answer describe(Call call) {
    var image = image(call.part("id"));
    try {
      var json = described(image);
      json.put("labels", image.labels());
      return Answer.json(json);
    } catch (ImageException e) {
      throw HttpProblem.conflict(String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, @Nullable Object> described(ServedImage image) {
    var size = image.size();
    var json = new LinkedHashMap<String, @Nullable Object>();
    json.put("id", image.id());
    json.put("name", image.name());
    json.put("widthPx", size.widthPx());
    json.put("heightPx", size.heightPx());
    return json;
  }

  private Answer pixels(Call call) throws Exception {
    var image = image(call.part("id"));
    return Answer.of(
        Answer.PNG,
        pictureWorkers.run(
            call, () -> ImageAnalysis.on(image, picture -> ImageWriter.png(Picture.of(picture)))));
  }

  private Answer thumbnail(Call call) throws Exception {
    var image = image(call.part("id"));
    return Answer.of(
        Answer.PNG,
        pictureWorkers.run(
            call,
            () ->
                ImageAnalysis.on(
                    image,
                    picture -> ImageWriter.png(Picture.of(Thumbnail.of(picture, THUMBNAIL_PX))))));
  }

  private Answer analyse(Call call) throws Exception {
    var network = networks.of(call);
    var image = image(call.part("id"));
    return networkWorkers.run(call, () -> analysis.analysis(network, image));
  }

  private Answer refine(Call call) throws Exception {
    var network = networks.of(call);
    var image = image(call.part("id"));
    var _ = network.crfSegmenter(); // refused before it waits
    return networkWorkers.run(call, () -> analysis.refined(network, image));
  }

  private Answer similarity(Call call) throws Exception {
    var network = networks.of(call);
    var image = image(call.part("id"));
    if (!network.hasMaps()) {
      throw HttpProblem.conflict("this network has no tokens to compare, only segmentations");
    }
    int row = (int) call.query().number("row", null, 0, network.gridSide() - 1L);
    int column = (int) call.query().number("column", null, 0, network.gridSide() - 1L);
    var cached = cache.find(image.id(), network.id());
    var features =
        cached.isPresent()
            ? cached.get()
            : networkWorkers.run(call, () -> analysis.features(network, image));
    var info = new LinkedHashMap<String, @Nullable Object>();
    info.put("image", image.id());
    info.put("network", network.id());
    info.put("row", row);
    info.put("column", column);
    info.put("blocks", features.blocks());
    info.put("gridH", features.gridH());
    info.put("gridW", features.gridW());
    ImageAnalysis.putCurve(info, features);
    return new SafeTensorsAnswer(info)
        .add(
            "cosine",
            features.cosines(row, column),
            features.blocks() + 1,
            features.gridH(),
            features.gridW())
        .answer();
  }

  /// What a network makes of an image that is not kept.
  Answer analysisOf(Call call, ServedNetwork network, ServedImage image) throws Exception {
    return networkWorkers.run(
        call, () -> new ImageAnalysis(new FeatureCache()).analysis(network, image));
  }
}
