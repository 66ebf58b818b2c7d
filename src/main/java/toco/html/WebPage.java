package toco.html;

import static toco.html.Html.element;
import static toco.html.Html.text;

import java.util.List;
import toco.html.Html.Element;

/// A page without scripts or external files: one column of content for narrow and wide screens,
/// dark if the reader's system is dark.
///
/// @param title of the browser's tab
/// @param css rules in addition to [#CSS]
/// @param content of the page's body
public record WebPage(String title, String css, List<Html> content) {
  /// Rules of all pages: colours, headings, notes, labels, and grids of figures with as many
  /// columns as fit.
  public static final String CSS =
      """

      :root {
        color-scheme: light dark;
        --paper: #ffffff; --ink: #1c2024; --faint: #5b6470; --line: #d9dee4; --card: #f5f7f9;
        --label: #e3edf9; --label-ink: #123f70; --warning: #fdecea; --warning-ink: #8c1d18;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --paper: #14171a; --ink: #e6e9ec; --faint: #9aa4af; --line: #343b43; --card: #1e2327;
          --label: #1f3a57; --label-ink: #cfe3f8; --warning: #4a1f1c; --warning-ink: #ffd9d4;
        }
      }
      * { box-sizing: border-box; }
      body {
        margin: 0; background: var(--paper); color: var(--ink);
        font: 1rem/1.5 system-ui, sans-serif; -webkit-text-size-adjust: 100%;
      }
      main { max-width: 84rem; margin: 0 auto; padding: 1rem; }
      h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
      h2 { font-size: 1.1rem; margin: 0; overflow-wrap: anywhere; }
      a { color: inherit; }
      .lead { font-size: 1.1rem; margin: 0 0 1rem; }
      .note { font-size: .9rem; margin: .4rem 0; max-width: 60rem; }
      .note summary { cursor: pointer; }
      .note p { color: var(--faint); margin: .25rem 0 .5rem; }
      .warning {
        background: var(--warning); color: var(--warning-ink); border-radius: .5rem;
        padding: .75rem 1rem; margin: .75rem 0; overflow-wrap: anywhere;
      }
      .label {
        background: var(--label); color: var(--label-ink); border-radius: 1rem; padding: 0 .6rem;
      }
      .label.none { background: var(--card); color: var(--faint); }
      .views {
        display: grid; gap: 1rem .75rem;
        grid-template-columns: repeat(auto-fit, minmax(min(12rem, 45%), 1fr));
      }
      .view { margin: 0; min-width: 0; }
      .picture {
        display: block; position: relative; aspect-ratio: 1; background: var(--card);
        outline: 1px solid var(--line);
      }
      .picture img { display: block; width: 100%; height: 100%; object-fit: contain; }
      .view figcaption {
        margin-top: .3rem; font-size: .85rem; line-height: 1.35; color: var(--faint);
      }
      .view figcaption b { display: block; color: var(--ink); font-size: .95rem; }
      footer { border-top: 1px solid var(--line); margin-top: 1.5rem; color: var(--faint); }
      footer p { font-size: .85rem; overflow-wrap: anywhere; }
      """;

  public WebPage {
    content = List.copyOf(content);
  }

  /// The whole document.
  public String html() {
    return Html.document(
        element("html", head(), element("body", element("main", content))).with("lang", "en"));
  }

  private Element head() {
    return element(
        "head",
        element("meta").with("charset", "utf-8"),
        element("meta")
            .with("name", "viewport")
            .with("content", "width=device-width, initial-scale=1"),
        element("meta").with("name", "color-scheme").with("content", "light dark"),
        element("title", text(title)),
        element("style", text(CSS + css)));
  }
}
