package toco.recipe.toco;

import java.util.LinkedHashMap;
import java.util.List;
import toco.cam.MultiScaleCam;
import toco.cam.PresentClasses;
import toco.cam.RoiCrops;
import toco.recipe.StepTile;
import toco.torch.Tensor;

/// What CAMs show of a micro-batch, and the crops that were cut by it.
///
/// @param cams activation maps [B, P, H, W] of `view1`, of the `present` classes
/// @param present the classes of each image
/// @param isPresent float32 [B, P]: 1 where a map is of a class of the image, 0 where it pads
/// @param roiMask where crops may be, int64 [B, H, W]
/// @param crops the local crops and their flags
record Regions(
    MultiScaleCam.Cams cams,
    PresentClasses present,
    Tensor isPresent,
    Tensor roiMask,
    RoiCrops crops) {

  /// For the pictures of a step.
  ///
  /// @param pseudoLabels int64 [B, H, W]
  List<StepTile> tiles(Tensor pseudoLabels) {
    var maps = new LinkedHashMap<String, Tensor>();
    maps.put("CAM", cams.cam());
    maps.put("aux CAM", cams.auxCam());
    return List.of(
        new StepTile.ClassMaps(maps, present, isPresent),
        new StepTile.Regions("RoI", roiMask),
        new StepTile.Crops("crops", crops),
        new StepTile.Labels("pseudo-labels", pseudoLabels));
  }
}
