package toco.prepare;

import java.util.List;
import toco.download.Checksum;
import toco.download.Source;
import toco.prepare.PublishedLists.Names;

/// The archives that MS COCO 2014 is made from.
///
/// @param annotations of both
/// @param watched the first names of `scored`
record CocoRelease(
    Source train, Source val, Source annotations, Names trained, Names watched, Names scored) {
  private static final String SERVER = "http://images.cocodataset.org/";

  /// The hashes are those of torchvision's prototype datasets (`Coco`), the sizes the server's.
  static final CocoRelease PUBLISHED =
      new CocoRelease(
          source(
              "zips/",
              "train2014.zip",
              13_510_573_713L,
              "ede4087e640bddba550e090eae701092534b554b42b05ac33f0300b984b31775"),
          source(
              "zips/",
              "val2014.zip",
              6_645_013_297L,
              "fe9be816052049c34717e077d9e34aa60814a55679f804cd043e3cbee3b9fde0"),
          source(
              "annotations/",
              "annotations_trainval2014.zip",
              252_872_794L,
              "031296bbc80c45a1d1f76bf9a90ead27e94e99ec629208449507a4917a3bf009"),
          PublishedLists.COCO.train(),
          PublishedLists.COCO.watched(),
          PublishedLists.COCO.scored());

  private static Source source(String folder, String name, long bytes, String sha256) {
    return new Source(name, List.of(SERVER + folder + name), bytes, Checksum.sha256(sha256), "");
  }
}
