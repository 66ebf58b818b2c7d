package toco.cli;

import picocli.CommandLine.Option;
import toco.config.Protocol;

/// The option that selects how images are segmented.
final class ProtocolOption {
  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "voc",
      description = {
        "voc: native size, scales 1, 1.5, 1.25, each with its flipped image (default).",
        "voc-crf: the same with a dense CRF.",
        "coco, coco-crf: the published protocols for COCO, at 448 px.",
        "more, more-cam2seg, cosa, each also with -crf, and more-test-crf: those of MoRe and CoSA.",
        "train-time: one pass at eval.sizePx, the fastest.",
        "custom: as set by the keys of eval."
      })
  Protocol.Name name = Protocol.Name.VOC;
}
