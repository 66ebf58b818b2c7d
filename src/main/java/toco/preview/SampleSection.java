package toco.preview;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.List;
import toco.batch.ViewSampler;
import toco.html.Html;
import toco.html.Html.Element;
import toco.preview.PreviewSample.Drawn;
import toco.preview.PreviewSample.Flag;
import toco.preview.PreviewSample.LocalCrop;
import toco.preview.PreviewSample.Place;
import toco.preview.PreviewSample.Unreadable;

/// A sample's section of the page: its name and labels, and one figure per view. The browser draws
/// boxes and crops over the pictures, so the files are exactly the network's input.
///
/// @param views of the recipe
/// @param viewPx side of the views
/// @param cropPx side of the local crops
/// @param hasRoi whether there are pictures of the RoI mask
/// @param hasKnown whether there are pictures of hints and boxes
/// @param unreadableNote what training does with a sample that cannot be read
record SampleSection(
    ViewSampler views,
    int viewPx,
    int cropPx,
    boolean hasRoi,
    boolean hasKnown,
    String unreadableNote) {

  /// A section's id within the page.
  static String id(Place place) {
    return "sample-" + place.number();
  }

  Element of(PreviewSample sample) {
    var place = sample.place();
    var content = new ArrayList<Html>();
    content.add(
        element(
            "h2",
            element("span", text(place.number())).with("class", "number"),
            text(" " + sample.name())));
    content.add(facts(sample));
    content.add(
        switch (sample) {
          case Drawn drawn -> element("div", figures(drawn)).with("class", "views");
          case Unreadable unreadable ->
              element(
                      "p",
                      element("strong", text("Unreadable: ")),
                      text(unreadable.reason() + ". " + unreadableNote))
                  .with("class", "warning");
        });
    return element("section", content).with("class", "sample").with("id", id(place));
  }

  private static Element facts(PreviewSample sample) {
    var content = new ArrayList<Html>();
    for (var name : sample.classes()) {
      content.add(element("span", text(name)).with("class", "label"));
    }
    if (sample.classes().isEmpty()) {
      content.add(element("span", text("no class")).with("class", "label none"));
    }
    var place = sample.place();
    var where = "step %s, sample %s of its batch".formatted(place.step(), place.position() + 1);
    content.add(element("span", text(where)));
    return element("p", content).with("class", "facts");
  }

  private List<Html> figures(Drawn sample) {
    var name = sample.name();
    var place = sample.place();
    var figures = new ArrayList<Html>();
    figures.add(
        figure(
            picture(place, "original", "The image " + name, List.of()),
            "Original",
            "%s × %s px".formatted(sample.widthPx(), sample.heightPx())));
    for (var view : views.shown()) {
      if (view.equals(views.shown().getFirst())) {
        figures.add(
            figure(
                picture(
                    place,
                    view.key(),
                    "%s of %s with its image box".formatted(view.name(), name),
                    box(sample)),
                view.name(),
                boxCaption(sample)));
        if (hasKnown) {
          figures.add(
              figure(
                  picture(place, "known", "Hints and boxes in view 1 of " + name, List.of()),
                  "Hints and boxes",
                  "in view 1"));
        }
        if (hasRoi) {
          figures.add(
              figure(
                  picture(place, "roi", "RoI mask over view 1 of " + name, List.of()),
                  "RoI mask",
                  "where the auxiliary CAM finds the classes"));
        }
      } else if (view.hasLocalCrops()) {
        addCrops(figures, view, sample);
      } else {
        figures.add(
            figure(
                picture(place, view.key(), "%s of %s".formatted(view.name(), name), List.of()),
                view.name(),
                view.note()));
      }
    }
    return figures;
  }

  private void addCrops(List<Html> figures, ViewSampler.Shown view, Drawn sample) {
    var crops = sample.crops();
    var alt =
        "%s of %s with %s local crops outlined".formatted(view.name(), sample.name(), crops.size());
    figures.add(
        figure(
            picture(sample.place(), view.key(), alt, rectangles(crops)),
            view.name(),
            "%s local crops of %s px".formatted(crops.size(), cropPx)));
    figures.add(figure(cropGrid(sample), "Local crops", cropsCaption(crops)));
  }

  private static Element figure(Element content, String title, String note) {
    return element(
            "figure", content, element("figcaption", element("b", text(title)), text(" " + note)))
        .with("class", "view");
  }

  /// A picture that links to its file.
  private Element picture(Place place, String what, String alt, List<Element> drawing) {
    var file = PreviewFolder.picture(place.number(), what);
    var image = element("img").with("src", file).with("alt", alt).with("loading", "lazy");
    var link = new ArrayList<Html>();
    link.add(image);
    if (!drawing.isEmpty()) {
      link.add(
          element("svg", drawing)
              .with("viewBox", "0 0 %s %s".formatted(viewPx, viewPx))
              .with("paint-order", "stroke") // fill letters over their outlines
              .with("aria-hidden", "true"));
    }
    return element("a", link).with("class", "picture").with("href", file);
  }

  private static List<Element> box(Drawn sample) {
    var box = sample.box();
    int width = box.right() - box.left();
    int height = box.bottom() - box.top();
    return outlined(box.left(), box.top(), width, height, "box");
  }

  private String boxCaption(Drawn sample) {
    var box = sample.box();
    return "image box: rows %s–%s, columns %s–%s%s"
        .formatted(
            box.top(),
            box.bottom() - 1,
            box.left(),
            box.right() - 1,
            views.boxMayBeMirrored() ? "; may be mirrored" : "");
  }

  private List<Element> rectangles(List<LocalCrop> crops) {
    var drawing = new ArrayList<Element>();
    for (var crop : crops) {
      drawing.addAll(outlined(crop.leftPx(), crop.topPx(), cropPx, cropPx, crop.flag().word));
    }
    int letterPx = Math.max(1, viewPx / 14);
    for (int i = 0; i < crops.size(); i++) { // over all rectangles
      var crop = crops.get(i);
      drawing.add(
          element("text", text(i + 1))
              .with("x", crop.leftPx() + letterPx / 3)
              .with("y", crop.topPx() + letterPx)
              .with("font-size", letterPx));
    }
    return drawing;
  }

  /// A rectangle that is visible on light and dark backgrounds.
  private static List<Element> outlined(int x, int y, int width, int height, String kind) {
    return List.of(
        rectangle(x, y, width, height).with("class", "halo"),
        rectangle(x, y, width, height).with("class", kind));
  }

  private static Element rectangle(int x, int y, int width, int height) {
    return element("rect")
        .with("x", x)
        .with("y", y)
        .with("width", width)
        .with("height", height)
        .with("vector-effect", "non-scaling-stroke");
  }

  private static Element cropGrid(Drawn sample) {
    var crops = sample.crops();
    var cells = new ArrayList<Html>();
    for (int i = 0; i < crops.size(); i++) {
      var flag = crops.get(i).flag();
      var file = PreviewFolder.picture(sample.place().number(), SampleDrawer.cropName(i));
      var alt = "Local crop %s of %s, %s".formatted(i + 1, sample.name(), flag.word);
      cells.add(
          element(
                  "a",
                  element("img").with("src", file).with("alt", alt).with("loading", "lazy"),
                  element("span", text((i + 1) + flag.sign)).with("aria-hidden", "true"))
              .with("class", flag.word)
              .with("href", file));
    }
    int columns = (int) Math.ceil(Math.sqrt(crops.size()));
    return element("div", cells).with("class", "crops").with("style", "--columns: " + columns);
  }

  private static String cropsCaption(List<LocalCrop> crops) {
    if (crops.stream().anyMatch(crop -> crop.flag() == Flag.UNKNOWN)) {
      return "placed without a network";
    }
    long negative = crops.stream().filter(crop -> crop.flag() == Flag.NEGATIVE).count();
    return "%s positive, %s negative".formatted(crops.size() - negative, negative);
  }
}
