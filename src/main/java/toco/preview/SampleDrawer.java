package toco.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import toco.batch.Augmentation;
import toco.batch.BatchSource;
import toco.batch.Canvas;
import toco.batch.HintCanvas;
import toco.batch.ViewBoxes;
import toco.batch.ViewSampler;
import toco.cam.RoiCrops;
import toco.config.Config;
import toco.data.Sample;
import toco.image.DecodeBuffer;
import toco.image.ImageException;
import toco.image.ImageSize;
import toco.image.LabelMap;
import toco.image.Normalization;
import toco.image.Overlay;
import toco.image.Picture;
import toco.image.RgbImage;
import toco.image.TensorPictures;
import toco.image.Thumbnail;
import toco.image.VocPalette;
import toco.preview.PreviewSample.Drawn;
import toco.preview.PreviewSample.Flag;
import toco.preview.PreviewSample.LocalCrop;
import toco.preview.PreviewSample.Place;
import toco.preview.PreviewSample.Unreadable;
import toco.torch.DType;
import toco.torch.Tensor;
import toco.torch.TensorScope;

/// Computes a sample's views with the classes of training and writes their pictures.
final class SampleDrawer implements AutoCloseable {
  private static final int ORIGINAL_MAX_PX = 512;
  private static final long UNCERTAIN = 1;

  private final Config config;
  private final BatchSource source;
  private final PreviewFolder folder;
  private final @Nullable CheckpointRois rois;
  private final DecodeBuffer decoder;
  private final Canvas canvas;
  private final Normalization normalization;

  /// @param rois restricts where local crops are placed; null: anywhere
  SampleDrawer(
      Config config, BatchSource source, PreviewFolder folder, @Nullable CheckpointRois rois) {
    this.config = config;
    this.source = source;
    decoder = new DecodeBuffer(source.dataset().readOptions());
    this.folder = folder;
    this.rois = rois;
    canvas = new Canvas(source.device(), source.cropSizePx());
    normalization = Normalization.of(config.model().statistics());
  }

  /// Draws a sample as training sees it in an epoch.
  PreviewSample draw(Place place, int epoch) {
    var sample = source.dataset().sample(place.index());
    RgbImage image;
    try {
      image = decoder.decode(sample.imagePath());
    } catch (ImageException e) {
      return new Unreadable(place, sample.name(), classes(sample), String.valueOf(e.getMessage()));
    }
    try (var _ = TensorScope.open()) {
      return draw(place, epoch, sample, image);
    }
  }

  private Drawn draw(Place place, int epoch, Sample sample, RgbImage image) {
    int number = place.number();
    var pixels = image.tensor();
    folder.write(number, "original", Thumbnail.of(image, ORIGINAL_MAX_PX));

    var views = new Augmentation.Views(emptyView(), emptyView(), emptyView());
    var box =
        source
            .augmentation()
            .apply(pixels.to(source.device()), epoch, sample.index(), canvas, views);
    for (var view : source.augmentation().shown()) {
      folder.write(number, view.key(), normalization.picture(view.of().apply(views)));
    }
    if (!source.weak().isEmpty()) {
      folder.write(
          number, "known", known(epoch, sample, image, normalization.picture(views.view1())));
    }
    var roiMask = roiMask(views.view1(), sample);
    if (rois != null) {
      var view1 = normalization.picture(views.view1());
      folder.write(number, "roi", TensorPictures.roi(view1, roiMask.select(0, 0)));
    }
    var crops =
        source.augmentation().shown().stream()
            .filter(ViewSampler.Shown::hasLocalCrops)
            .flatMap(view -> cut(place, view.of().apply(views), roiMask).stream())
            .toList();
    return new Drawn(
        place, sample.name(), classes(sample), image.widthPx(), image.heightPx(), box, crops);
  }

  /// The hints and boxes over view 1.
  private Picture known(int epoch, Sample sample, RgbImage image, RgbImage view1) {
    var weak = source.weak();
    var size = new ImageSize(image.widthPx(), image.heightPx());
    var place =
        source.augmentation().place(image.heightPx(), image.widthPx(), epoch, sample.index());
    int side = source.cropSizePx();
    var hints =
        new HintCanvas(side)
            .draw(weak.hintsOf(sample.name()), weak, sample.imagePath(), size, place);
    var picture = Overlay.hints(view1, new LabelMap(hints, side, side));
    ViewBoxes.of(weak.boxesOf(sample.name()), place, side)
        .forEach((label, boxes) ->
            boxes.forEach(box ->
                picture.drawBox(
                    box.left(),
                    box.top(),
                    box.right() - box.left(),
                    box.bottom() - box.top(),
                    VocPalette.rgb(label))));
    return picture;
  }

  private Tensor emptyView() {
    int size = source.cropSizePx();
    return Tensor.empty(DType.FLOAT32, source.device(), 3, size, size);
  }

  /// int64 [1, H, W]; without a network every pixel is uncertain.
  private Tensor roiMask(Tensor view1, Sample sample) {
    if (rois != null) {
      var labels = Tensor.of(sample.labels(), 1, sample.labels().length).to(source.device());
      return rois.mask(view1.unsqueeze(0), labels);
    }
    int size = source.cropSizePx();
    return Tensor.full(UNCERTAIN, DType.INT64, source.device(), 1, size, size);
  }

  /// Cuts the local crops as training does at this step and position.
  private List<LocalCrop> cut(Place place, Tensor localView, Tensor roiMask) {
    var train = config.train();
    int sizePx = train.localCropSizePx();
    var corners = RoiCrops.random(train.localCrops(), sizePx, source.seed(), place.step());
    var crops =
        RoiCrops.cut(
            localView.unsqueeze(0),
            roiMask,
            sizePx,
            config.cam().negativeRatio(),
            mask -> atPosition(corners, mask, place.position()));
    var flags = crops.flags().toFloatArray();
    var places = crops.corners().toLongArray(); // row, column, row, …
    var cut = new ArrayList<LocalCrop>();
    for (int i = 0; i < crops.crops().size(1); i++) {
      var pixels = crops.crops().select(0, 0).select(0, i);
      folder.write(place.number(), cropName(i), normalization.picture(pixels));
      cut.add(
          new LocalCrop(
              (int) places[2 * i],
              (int) places[2 * i + 1],
              flag(flags[RoiCrops.GLOBAL_VIEWS + i])));
    }
    return cut;
  }

  /// The corners of the image at a position in the batch. A draw depends on the position only, so
  /// the images before it are filled with copies.
  private static Tensor atPosition(RoiCrops.Corners corners, Tensor mask, int position) {
    return corners.of(mask.expand(position + 1, -1, -1)).slice(0, position, position + 1);
  }

  /// Name of a local crop's picture.
  static String cropName(int crop) {
    return "crop%s".formatted(crop + 1);
  }

  private Flag flag(float value) {
    if (rois == null) {
      return Flag.UNKNOWN;
    }
    return value > 0 ? Flag.POSITIVE : Flag.NEGATIVE;
  }

  private List<String> classes(Sample sample) {
    var names = source.dataset().classNames();
    return IntStream.range(0, names.size())
        .filter(k -> sample.labels()[k] > 0)
        .mapToObj(names::get)
        .toList();
  }

  @Override
  public void close() {
    canvas.close();
    decoder.close();
  }
}
