package toco.config;

import java.util.List;

/// Foreground classes of the data sets that the program knows, in label order from label 1.
final class ClassNames {
  private ClassNames() {}

  static final List<String> VOC =
      split(
          """
          aeroplane, bicycle, bird, boat, bottle, bus, car, cat, chair, cow, diningtable, dog,
          horse, motorbike, person, pottedplant, sheep, sofa, train, tvmonitor\
          """);

  static final List<String> COCO =
      split(
          """
          person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light,
          fire hydrant, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow,
          elephant, bear, zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee,
          skis, snowboard, sports ball, kite, baseball bat, baseball glove, skateboard, surfboard,
          tennis racket, bottle, wine glass, cup, fork, knife, spoon, bowl, banana, apple,
          sandwich, orange, broccoli, carrot, hot dog, pizza, donut, cake, chair, couch,
          potted plant, bed, dining table, toilet, tv, laptop, mouse, remote, keyboard, cell phone,
          microwave, oven, toaster, sink, refrigerator, book, clock, vase, scissors, teddy bear,
          hair drier, toothbrush\
          """);

  static final List<String> SYNTHETIC = split("disc, square, triangle, star, ring, cross");

  private static List<String> split(String names) {
    return List.of(names.split(",\\s+"));
  }
}
