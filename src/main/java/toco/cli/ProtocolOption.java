package toco.cli;

import picocli.CommandLine.Option;
import toco.config.Protocol;

/// The option that says how images are segmented.
final class ProtocolOption {
  @Option(
      names = "--protocol",
      paramLabel = "NAME",
      defaultValue = "voc",
      description = {
        "voc: native size, scales 1, 1.5, 1.25, each with its mirror image (default).",
        "voc-crf: the same, and a dense CRF.",
        "coco, coco-crf: the published ones for COCO, from 448 px.",
        "train-time: one pass at eval.sizePx, the fastest.",
        "custom: what the keys of eval say."
      })
  Protocol.Name name = Protocol.Name.VOC;
}
