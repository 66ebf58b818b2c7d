package toco.html;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static toco.html.Html.element;
import static toco.html.Html.text;

import org.junit.jupiter.api.Test;

class HtmlTest {
  private static final String HOSTILE = "</p><script>alert(\"1\" & '2')</script>";

  @Test
  void textAndAttributesAreEscaped() {
    var page = Html.document(element("p", text(HOSTILE)).with("title", HOSTILE));
    var p = Page.parse(page).getDocumentElement();
    assertEquals(HOSTILE, p.getTextContent());
    assertEquals(HOSTILE, p.getAttribute("title"));
    assertEquals(0, p.getElementsByTagName("script").getLength());
  }

  /// A page with one, escaped or not, is not valid HTML.
  @Test
  void controlCharactersAreReplaced() {
    var page = Html.document(element("p", text("a\u0000b\u001Bc\u0085d\te")));
    assertEquals(
        "a\uFFFDb\uFFFDc\uFFFDd\te", Page.parse(page).getDocumentElement().getTextContent());
  }

  /// Style sheets cannot be escaped: text that could end one is rejected.
  @Test
  void aStyleSheetIsNotEscapedButRejectedIfUnsafe() {
    assertTrue(
        Html.document(element("style", text("a > b { c: \"d\" }"))).contains("a > b { c: \"d\" }"));
    var sheet = element("style", text("</style>"));
    assertThrows(IllegalArgumentException.class, () -> Html.document(sheet));
  }

  /// A line break next to text would be rendered as a space.
  @Test
  void linesBreakOnlyBetweenElements() {
    assertEquals(
        "<!DOCTYPE html>\n<p>a<b>c</b></p>\n",
        Html.document(element("p", text("a"), element("b", text("c")))));
    assertEquals(
        "<!DOCTYPE html>\n<p>\n<b>c</b>\n<br/>\n</p>\n",
        Html.document(element("p", element("b", text("c")), element("br"))));
  }

  /// HTML reads `<p/>` as a start tag, and `</img>` as an error.
  @Test
  void onlyElementsWithoutContentLackAnEndTag() {
    assertEquals(
        "<!DOCTYPE html>\n<div>\n<p></p>\n<img/>\n</div>\n",
        Html.document(element("div", element("p"), element("img"))));
    assertThrows(IllegalArgumentException.class, () -> element("img", text("a")));
  }
}
