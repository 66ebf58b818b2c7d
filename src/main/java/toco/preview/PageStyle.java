package toco.preview;

/// Style rules of the preview, in addition to those of all pages.
final class PageStyle {
  private PageStyle() {}

  static final String CSS =
      """
      .legend {
        display: grid; gap: .75rem 1.5rem; margin: 0 0 1rem;
        grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr));
      }
      .legend dt { font-weight: 600; }
      .legend dd { margin: 0; color: var(--faint); font-size: .9rem; }
      .sample { border-top: 1px solid var(--line); margin-top: 1.25rem; padding-top: 1rem; }
      .number { color: var(--faint); font-weight: 400; }
      .facts {
        display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center;
        margin: .25rem 0 .75rem; color: var(--faint); font-size: .9rem;
      }
      .picture svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
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
      """;
}
