package toco.preview;

/// The page's style sheet: as many columns as fit, dark where the reader's system is dark.
final class PageStyle {
  private PageStyle() {}

  static final String CSS =
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
      .legend {
        display: grid; gap: .75rem 1.5rem; margin: 0 0 1rem;
        grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr));
      }
      .legend dt { font-weight: 600; }
      .legend dd { margin: 0; color: var(--faint); font-size: .9rem; }
      .note { font-size: .9rem; margin: .4rem 0; max-width: 60rem; }
      .note summary { cursor: pointer; }
      .note p { color: var(--faint); margin: .25rem 0 .5rem; }
      .warning {
        background: var(--warning); color: var(--warning-ink); border-radius: .5rem;
        padding: .75rem 1rem; margin: .75rem 0; overflow-wrap: anywhere;
      }
      .sample { border-top: 1px solid var(--line); margin-top: 1.25rem; padding-top: 1rem; }
      .number { color: var(--faint); font-weight: 400; }
      .facts {
        display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center;
        margin: .25rem 0 .75rem; color: var(--faint); font-size: .9rem;
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
      .picture svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
      .view figcaption {
        margin-top: .3rem; font-size: .85rem; line-height: 1.35; color: var(--faint);
      }
      .view figcaption b { display: block; color: var(--ink); font-size: .95rem; }
      rect { fill: none; stroke-width: 2; }
      rect.halo { stroke: #000; stroke-opacity: .6; stroke-width: 4; }
      rect.box { stroke: #fff; }
      rect.unknown { stroke: #ffd54a; }
      rect.positive { stroke: #4ade80; }
      rect.negative { stroke: #ff7b72; stroke-dasharray: 6 4; }
      text {
        font-family: system-ui, sans-serif; font-weight: 700; fill: #fff; stroke: #000;
        stroke-width: .25em;
      }
      .crops {
        display: grid; gap: 3px; aspect-ratio: 1; align-content: start;
        grid-template-columns: repeat(var(--columns), 1fr);
      }
      .crops a { position: relative; display: block; border: 2px solid #c79a00; }
      .crops a.positive { border-color: #22a559; }
      .crops a.negative { border: 2px dashed #e5534b; }
      .crops img { display: block; width: 100%; }
      .crops span {
        position: absolute; left: 0; top: 0; padding: 0 .3em; font-size: .7rem; line-height: 1.3;
        font-weight: 700; background: rgb(0 0 0 / 65%); color: #fff;
      }
      @media (max-width: 30rem) { /* two columns: an odd number of figures leaves no gap */
        .views { gap: .75rem .5rem; }
        .legend { gap: .4rem; }
        .view:first-child:nth-last-child(odd) { grid-column: 1 / -1; }
        .view:first-child:nth-last-child(odd) .picture { aspect-ratio: 3 / 2; }
      }
      footer { border-top: 1px solid var(--line); margin-top: 1.5rem; color: var(--faint); }
      footer p { font-size: .85rem; overflow-wrap: anywhere; }
      """;
}
