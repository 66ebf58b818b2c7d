package toco.recipe.more;

import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import toco.cam.MultiScaleCam.Cams;
import toco.cam.PresentClasses;
import toco.recipe.StepTile;
import toco.torch.Tensor;

/// The labels of a micro-batch's patches.
///
/// @param tokens the uncertain ones that were chosen; null if no loss needs them
public record PatchLabels(MoreMasks masks, @Nullable UncertainTokens tokens) {
  /// For the pictures of a step.
  ///
  /// @param cams that the masks were made from
  List<StepTile> tiles(Cams cams, PresentClasses present) {
    var maps = new LinkedHashMap<String, Tensor>();
    maps.put("CAM", cams.cam());
    maps.put("aux CAM", cams.auxCam());
    return List.of(
        new StepTile.ClassMaps(maps, present, present.multiHot(cams.cam().device())),
        new StepTile.Labels("confident", masks.cre()),
        new StepTile.Regions("uncertain", UncertainTokens.regions(masks.ure())));
  }
}
