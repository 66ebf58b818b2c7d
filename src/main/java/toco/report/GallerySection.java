package toco.report;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import toco.eval.MapKind;
import toco.html.Html;
import toco.html.Html.Element;
import toco.image.VocPalette;
import toco.report.GalleryImage.Tile;

/// The gallery as a section, one article per image. Two radio buttons reverse the order with CSS
/// alone.
record GallerySection(Gallery gallery) {

  Element section() {
    var content = new ArrayList<Html>();
    content.add(element("h2", text("Images")));
    content.add(element("p", text(summary())).with("class", "lead"));
    content.add(colours());
    boolean sorted = gallery.isScored() && gallery.images().size() > 1;
    if (sorted) {
      content.add(order());
    }
    var articles = new ArrayList<Html>();
    for (int i = 0; i < gallery.images().size(); i++) {
      articles.add(article(i + 1, gallery.images().get(i)));
    }
    content.add(element("div", articles).with("class", "gallery"));
    return element("section", content).with("id", "images");
  }

  private String summary() {
    int count = gallery.images().size();
    var which =
        count == gallery.listed()
            ? "All %s images".formatted(count)
            : "%s of the %s images, evenly spaced in the list".formatted(count, gallery.listed());
    return ("%s of the split “%s”, with the weights of %s.%s Pseudo-labels are made as in "
            + "training; ignored pixels are cream.")
        .formatted(
            which,
            gallery.split(),
            gallery.checkpoint().getFileName(),
            gallery.isScored()
                ? " IoU is the mean over the classes of an image's mask."
                : " There are no masks: images are not scored, and are in the list's order.");
  }

  /// The legend of label maps.
  private Element colours() {
    var items = new ArrayList<Html>();
    for (int k = 0; k < gallery.classNames().size(); k++) {
      var chip =
          element("span")
              .with("class", "chip")
              .with("style", String.format(Locale.ROOT, "background:#%06x", VocPalette.rgb(k + 1)))
              .with("aria-hidden", "true");
      items.add(element("li", chip, text(gallery.classNames().get(k))));
    }
    var list = element("ul", items).with("class", "chips");
    return items.size() <= 24
        ? list
        : element("details", element("summary", text("Colours of the classes")), list)
            .with("class", "note wide");
  }

  private static Element order() {
    return element(
            "fieldset",
            element("legend", text("Order")),
            radio("best-first", "best segmentation first", true),
            radio("worst-first", "worst first", false))
        .with("class", "order");
  }

  private static Element radio(String id, String words, boolean checked) {
    var input = element("input").with("type", "radio").with("name", "order").with("id", id);
    return element("label", checked ? input.with("checked", "checked") : input, text(" " + words));
  }

  private static Element article(int number, GalleryImage image) {
    var facts = new ArrayList<Html>();
    image.classes().forEach(name -> facts.add(element("span", text(name)).with("class", "label")));
    if (image.classes().isEmpty()) {
      facts.add(element("span", text("no class")).with("class", "label none"));
    }
    for (var kind : MapKind.in(image.iou())) {
      facts.add(
          element(
              "span",
              text(kind.label() + " "),
              element(
                  "b",
                  text(NumberFormat.PERCENT.orDash(image.iou().getOrDefault(kind, Double.NaN))))));
    }
    var figures = new ArrayList<Html>();
    image.tiles().forEach(tile -> figures.add(figure(image, tile)));
    return element(
            "article",
            element(
                "h3",
                element("span", text(number)).with("class", "number"),
                text(" " + image.name())),
            element("p", facts).with("class", "facts"),
            element("div", figures).with("class", "views"))
        .with("class", "shot");
  }

  private static Element figure(GalleryImage image, Tile tile) {
    var address = "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(tile.jpeg());
    var picture =
        element("img")
            .with("src", address)
            .with("width", tile.widthPx())
            .with("height", tile.heightPx())
            .with("alt", "%s of %s".formatted(tile.title(), image.name()));
    var caption = List.<Html>of(element("b", text(tile.title())), text(tile.note()));
    return element(
            "figure",
            element("div", picture).with("class", "picture"),
            element("figcaption", caption))
        .with("class", "view");
  }
}
