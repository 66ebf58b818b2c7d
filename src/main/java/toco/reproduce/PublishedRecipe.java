package toco.reproduce;

import java.util.Locale;
import toco.config.Overrides;
import toco.prepare.Preparation;
import toco.prepare.PublishedLists;

/// The published runs that can be reproduced.
public enum PublishedRecipe {
  VOC_DEIT_B(
      Preparation.VOC2012, "voc_deit_b.yaml", Weights.DEIT_B, PublishedRun.VOC_DEIT_B, DryRun.TOCO),
  VOC_VIT_B(
      Preparation.VOC2012, "voc_vit_b.yaml", Weights.VIT_B, PublishedRun.VOC_VIT_B, DryRun.TOCO),
  COCO_DEIT_B(
      Preparation.COCO2014,
      "coco_deit_b.yaml",
      Weights.DEIT_B,
      PublishedRun.COCO_DEIT_B,
      DryRun.TOCO),
  COCO_VIT_B(
      Preparation.COCO2014, "coco_vit_b.yaml", Weights.VIT_B, PublishedRun.COCO_VIT_B, DryRun.TOCO),
  VOC_MORE(
      Preparation.VOC2012, "more_voc_vit_b.yaml", Weights.VIT_B, PublishedMore.VOC, DryRun.MORE),
  COCO_MORE(
      Preparation.COCO2014, "more_coco_vit_b.yaml", Weights.VIT_B, PublishedMore.COCO, DryRun.MORE),
  VOC_COSA(
      Preparation.VOC2012, "cosa_voc_vit_b.yaml", Weights.VIT_B, PublishedCosa.VOC, DryRun.COSA),
  COCO_COSA(
      Preparation.COCO2014, "cosa_coco_vit_b.yaml", Weights.VIT_B, PublishedCosa.COCO, DryRun.COSA);

  private final Preparation dataset;
  private final String configFile;

  @SuppressWarnings("ImmutableEnumChecker") // a record of strings
  private final Weights weights;

  @SuppressWarnings("ImmutableEnumChecker") // nothing changes it
  private final PublishedRun published;

  private final DryRun dryRun;

  PublishedRecipe(
      Preparation dataset,
      String configFile,
      Weights weights,
      PublishedRun published,
      DryRun dryRun) {
    this.dataset = dataset;
    this.configFile = configFile;
    this.weights = weights;
    this.published = published;
    this.dryRun = dryRun;
  }

  /// An encoder's pretrained weights.
  ///
  /// @param name the published one
  /// @param sha256 the start of the file's SHA-256, as in its name
  private record Weights(String name, String sha256) {
    static final Weights DEIT_B = new Weights("deit_base_patch16_224", "b5f2ef4d");
    static final Weights VIT_B = new Weights("vit_base_patch16_224.orig_in21k_ft_in1k", "80ecf9dd");
  }

  /// Its configuration file.
  String configFile() {
    return configFile;
  }

  PublishedLists lists() {
    return switch (dataset) {
      case VOC2012 -> PublishedLists.VOC;
      case COCO2014 -> PublishedLists.COCO;
    };
  }

  /// The data set, to be prepared.
  Preparation dataset() {
    return dataset;
  }

  /// The published name of the encoder's weights.
  String weights() {
    return weights.name;
  }

  /// The start of the SHA-256 of these weights.
  String weightsSha256() {
    return weights.sha256;
  }

  PublishedRun published() {
    return published;
  }

  /// The configuration file of a dry run.
  String dryConfigFile() {
    return dryRun.file;
  }

  /// The changes of a dry run to it.
  Overrides dryKeys() {
    return dryRun.keys();
  }

  /// As on the command line: `voc-deit-b`.
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
