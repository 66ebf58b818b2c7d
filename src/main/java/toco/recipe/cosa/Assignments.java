package toco.recipe.cosa;

import java.util.LinkedHashMap;
import java.util.List;
import toco.cam.PresentClasses;
import toco.recipe.StepTile;
import toco.torch.Tensor;

/// The teacher's assignments of a weak view.
///
/// @param maps of the present classes
/// @param present the classes of each image
/// @param labels from the main CAMs, int64 [B, H, W], 255 ignored
/// @param auxLabels the same from the auxiliary CAMs
record Assignments(MultiScaleMaps maps, PresentClasses present, Tensor labels, Tensor auxLabels) {
  /// For the pictures of a step.
  ///
  /// @param weak the views that are labelled, [B, 3, H, W]
  List<StepTile> tiles(Tensor weak) {
    var cams = new LinkedHashMap<String, Tensor>();
    cams.put("CAM", maps.cam());
    cams.put("aux CAM", maps.auxCam());
    return List.of(
        new StepTile.View("weak view", weak),
        new StepTile.ClassMaps(cams, present, present.multiHot(labels.device())),
        new StepTile.Labels("pseudo-labels", labels),
        new StepTile.Labels("aux pseudo-labels", auxLabels));
  }
}
