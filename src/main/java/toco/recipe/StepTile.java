package toco.recipe;

import java.util.LinkedHashMap;
import java.util.Map;
import toco.cam.PresentClasses;
import toco.cam.RoiCrops;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// What a recipe shows of a micro-batch in the pictures of a training step: a tile or several for
/// each sample, next to its image.
public sealed interface StepTile {
  /// The same without the autograd graph, in the scope around another.
  StepTile keptBeyond(TensorScope scope);

  /// Class maps over the image, of the class whose first map is the most active.
  ///
  /// @param maps by name, such as `CAM`, each float [B, P, h, w] in 0…1 of the `present` classes
  /// @param present the classes of each image
  /// @param isPresent float32 [B, P]: 1 where a map is of a class of the image, 0 where it pads
  record ClassMaps(Map<String, Tensor> maps, PresentClasses present, Tensor isPresent)
      implements StepTile {
    @Override
    public ClassMaps keptBeyond(TensorScope scope) {
      var kept = new LinkedHashMap<String, Tensor>();
      maps.forEach((name, map) -> kept.put(name, StepTile.kept(map, scope)));
      return new ClassMaps(kept, present, StepTile.kept(isPresent, scope));
    }
  }

  /// Background, uncertain and sure regions.
  ///
  /// @param mask int64 [B, h, w]: 0 background, 1 uncertain, 2 foreground
  record Regions(String name, Tensor mask) implements StepTile {
    @Override
    public Regions keptBeyond(TensorScope scope) {
      return new Regions(name, StepTile.kept(mask, scope));
    }
  }

  /// Crops of the image, framed by their flags.
  record Crops(String name, RoiCrops crops) implements StepTile {
    @Override
    public Crops keptBeyond(TensorScope scope) {
      return new Crops(
          name,
          new RoiCrops(
              StepTile.kept(crops.crops(), scope),
              StepTile.kept(crops.flags(), scope),
              StepTile.kept(crops.corners(), scope)));
    }
  }

  /// Another view of the images.
  ///
  /// @param views [B, 3, H, W] normalised
  record View(String name, Tensor views) implements StepTile {
    @Override
    public View keptBeyond(TensorScope scope) {
      return new View(name, StepTile.kept(views, scope));
    }
  }

  /// Labels of the pixels.
  ///
  /// @param labels int64 [B, h, w], 255 ignored
  record Labels(String name, Tensor labels) implements StepTile {
    @Override
    public Labels keptBeyond(TensorScope scope) {
      return new Labels(name, StepTile.kept(labels, scope));
    }
  }

  private static Tensor kept(Tensor value, TensorScope scope) {
    return scope.keep(value.detach());
  }
}
