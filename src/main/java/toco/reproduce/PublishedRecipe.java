package toco.reproduce;

import java.util.Locale;
import toco.prepare.Preparation;
import toco.prepare.PublishedLists;

/// The published runs that can be reproduced.
public enum PublishedRecipe {
  VOC_DEIT_B,
  VOC_VIT_B,
  COCO_DEIT_B,
  COCO_VIT_B;

  /// Its configuration file.
  String configFile() {
    return name().toLowerCase(Locale.ROOT) + ".yaml";
  }

  PublishedLists lists() {
    return switch (this) {
      case VOC_DEIT_B, VOC_VIT_B -> PublishedLists.VOC;
      case COCO_DEIT_B, COCO_VIT_B -> PublishedLists.COCO;
    };
  }

  /// The data set, to be prepared.
  Preparation dataset() {
    return switch (this) {
      case VOC_DEIT_B, VOC_VIT_B -> Preparation.VOC2012;
      case COCO_DEIT_B, COCO_VIT_B -> Preparation.COCO2014;
    };
  }

  /// The published name of the encoder's weights.
  String weights() {
    return switch (this) {
      case VOC_DEIT_B, COCO_DEIT_B -> "deit_base_patch16_224";
      case VOC_VIT_B, COCO_VIT_B -> "vit_base_patch16_224.orig_in21k_ft_in1k";
    };
  }

  PublishedRun published() {
    return switch (this) {
      case VOC_DEIT_B -> PublishedRun.VOC_DEIT_B;
      case VOC_VIT_B -> PublishedRun.VOC_VIT_B;
      case COCO_DEIT_B -> PublishedRun.COCO_DEIT_B;
      case COCO_VIT_B -> PublishedRun.COCO_VIT_B;
    };
  }

  /// As on the command line: `voc-deit-b`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
