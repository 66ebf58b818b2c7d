package toco.serve;

import java.util.List;
import toco.annotation.CocoDocument;
import toco.files.NpyFile;
import toco.image.ImageWriter;
import toco.torch.TensorScope;

/// Segments an image that is sent, for other programs.
final class SegmentApi {
  private static final long MAX_LOGIT_BYTES = 256 << 20; // in one answer

  private final Networks networks;
  private final ImagesApi images;
  private final Uploads uploads;
  private final Workers workers;

  SegmentApi(Networks networks, ImagesApi images, Uploads uploads, Workers workers) {
    this.networks = networks;
    this.images = images;
    this.uploads = uploads;
    this.workers = workers;
  }

  List<Route> routes() {
    return List.of(new Route("POST", "/api/segment", this::segment));
  }

  private enum Format {
    PNG,
    COCO,
    NPY,
    MAPS;

    static Format of(String text) {
      return switch (text) {
        case "png" -> PNG;
        case "coco" -> COCO;
        case "npy" -> NPY;
        case "maps" -> MAPS;
        default ->
            throw HttpProblem.badRequest(
                "format must be png, coco, npy or maps, got %s".formatted(Query.quoted(text)));
      };
    }
  }

  private Answer segment(Call call) throws Exception {
    var format = Format.of(call.query().text("format", "png"));
    boolean crf = call.query().flag("crf");
    var network = networks.of(call);
    if (crf && (format == Format.NPY || format == Format.MAPS)) {
      throw HttpProblem.badRequest("crf is for the formats png and coco, which show labels");
    }
    var segmenter = crf ? network.crfSegmenter() : network.segmenter();
    var image = uploads.check("upload", "upload", images.imageBody(call));
    return switch (format) {
      case MAPS -> images.analysisOf(call, network, image);
      case PNG ->
          workers.run(
              call,
              () ->
                  ImageAnalysis.on(
                      image,
                      picture ->
                          Answer.of(Answer.PNG, ImageWriter.png(segmenter.segment(picture)))));
      case COCO -> workers.run(call, () -> coco(network, crf, image));
      case NPY -> workers.run(call, () -> logits(network, image));
    };
  }

  private static Answer coco(ServedNetwork network, boolean crf, ServedImage image) {
    var segmenter = crf ? network.crfSegmenter() : network.segmenter();
    return ImageAnalysis.on(
        image,
        picture -> {
          var made = segmenter.segmentScored(picture);
          return Answer.json(
              CocoDocument.of(
                  network.config().data(),
                  image.name(),
                  made.labels(),
                  made.probabilities().segment()));
        });
  }

  private static Answer logits(ServedNetwork network, ServedImage image) {
    long bytes = image.size().pixels() * network.config().model().numClasses() * Float.BYTES;
    if (bytes > MAX_LOGIT_BYTES) {
      throw HttpProblem.tooLarge(
          "logits of this image take %s MB, more than %s; send a smaller one"
              .formatted(bytes >> 20, MAX_LOGIT_BYTES >> 20));
    }
    return ImageAnalysis.on(
        image,
        picture -> {
          try (var _ = TensorScope.open()) {
            var logits =
                network
                    .segmenter()
                    .logits(picture)
                    .orElseThrow(() ->
                        HttpProblem.conflict(
                            "the protocol %s has no logits; use format=png or another --protocol"
                                .formatted(network.protocol(false))));
            return Answer.of("application/x-npy", NpyFile.encode(logits));
          }
        });
  }
}
