package toco.prepare;

import java.util.List;
import java.util.Objects;
import toco.download.Checksum;
import toco.download.Source;
import toco.prepare.PublishedLists.Names;

/// The archives that PASCAL VOC 2012 with the annotations of SBD is made from.
///
/// @param voc VOC's own training and validation images
/// @param sbd the Semantic Boundaries Dataset
/// @param train VOC's training list
/// @param val VOC's validation list
/// @param aug the training list with the images of SBD
record VocRelease(Source voc, Source sbd, Names train, Names val, Names aug) {
  /// The hashes are those of torchvision's prototype datasets (`VOC`, `SBD`), the size is the
  /// server's.
  static final VocRelease PUBLISHED =
      new VocRelease(
          new Source(
              "VOCtrainval_11-May-2012.tar",
              List.of(
                  "http://host.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar",
                  "https://thor.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar",
                  "https://data.pjreddie.com/files/VOCtrainval_11-May-2012.tar"),
              1_999_639_040L,
              Checksum.sha256("e14f763270cf193d0b5f74b169f44157a4b0c6efa708f4dd0ff78ee691763bcb"),
              ""),
          new Source(
              "benchmark.tgz",
              List.of(
                  "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping"
                      + "/semantic_contours/benchmark.tgz"),
              null,
              Checksum.sha256("6a5a2918d5c73ce032fdeba876574d150d9d04113ab87540a1304cbcc715be53"),
              "or prepare the data set without train_aug: --no-sbd"),
          Objects.requireNonNull(PublishedLists.VOC.train1464()),
          PublishedLists.VOC.scored(),
          PublishedLists.VOC.train());
}
