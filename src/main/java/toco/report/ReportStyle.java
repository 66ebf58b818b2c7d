package toco.report;

/// Style rules of the report, in addition to those of all pages.
final class ReportStyle {
  private ReportStyle() {}

  /// Curves differ in dashes as well as colours.
  static final String CSS =
      """
      :root {
        --c0: #1f6fd1; --c1: #b45309; --c2: #7c3aed; --c3: #0f766e; --c4: #be185d; --c5: #4d5b6a;
        --heat: #1f6fd1; --error: #d97706;
      }
      @media (prefers-color-scheme: dark) {
        :root {
          --c0: #6ea8fe; --c1: #f5a04c; --c2: #b794f6; --c3: #4fd1c0; --c4: #f687b3; --c5: #a3b1c0;
          --heat: #4b8df0; --error: #e08a1e;
        }
      }
      section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1.25rem; }
      h2 { font-size: 1.35rem; line-height: 1.25; margin: 0 0 .5rem; }
      h3 { font-size: 1.05rem; margin: 1rem 0 .4rem; overflow-wrap: anywhere; }
      section .lead { font-size: 1rem; color: var(--faint); max-width: 48rem; }
      .figures {
        display: grid; gap: .6rem; margin: 1rem 0;
        grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr));
      }
      .figures div { background: var(--card); border-radius: .5rem; padding: .6rem .8rem; }
      .figures dt { color: var(--faint); font-size: .85rem; }
      .figures dd { margin: 0; font-size: 1.3rem; font-weight: 600; white-space: nowrap; }
      nav ul {
        display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; list-style: none; margin: 0; padding: 0;
      }
      .charts {
        display: grid; gap: 1.25rem 1.5rem;
        grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr));
      }
      .columns {
        display: grid; gap: 1.5rem 2.5rem; align-items: start;
        grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr));
      }
      .columns > * { min-width: 0; }
      .beside { display: flex; flex-wrap: wrap; gap: 1rem 3rem; }
      .beside h3 { margin-top: 0; }
      .chart { margin: 0; min-width: 0; }
      .chart > svg { display: block; width: 100%; max-width: 40rem; height: auto; }
      .chart figcaption { margin-bottom: .4rem; font-size: .85rem; color: var(--faint); }
      .chart figcaption > b { color: var(--ink); font-size: .95rem; }
      .key { display: flex; flex-wrap: wrap; gap: 0 .9rem; }
      .key span { white-space: nowrap; }
      .key svg { height: .7em; margin-right: .35em; }
      svg text { font: 12px system-ui, sans-serif; fill: var(--faint); }
      svg text.small { font-size: 10px; }
      .axis { fill: none; stroke: var(--faint); }
      .rule { fill: none; stroke: var(--line); }
      .shade { fill: var(--faint); opacity: .13; }
      .curve { fill: none; stroke-width: 2; stroke-linejoin: round; stroke: var(--c); }
      .dot { fill: var(--c); }
      .mark { fill: transparent; }
      .mark:hover { fill: var(--ink); }
      .bar { fill: var(--c); }
      .c0, .f0 { --c: var(--c0); }
      .c1, .f1 { --c: var(--c1); }
      .c2, .f2 { --c: var(--c2); }
      .c3, .f3 { --c: var(--c3); }
      .c4, .f4 { --c: var(--c4); }
      .c5, .f5 { --c: var(--c5); }
      .curve.c1 { stroke-dasharray: 7 3; }
      .curve.c2 { stroke-dasharray: 2 3; }
      .curve.c3 { stroke-dasharray: 9 3 2 3; }
      .curve.c4 { stroke-dasharray: 5 5; }
      .curve.c5 { stroke-dasharray: 1 4; stroke-linecap: round; }
      table { border-collapse: collapse; font-size: .9rem; }
      caption { text-align: left; font-weight: 600; padding: 0 0 .4rem; }
      th, td { padding: .25rem .6rem .25rem 0; vertical-align: top; }
      th { text-align: left; font-weight: 500; }
      thead th { color: var(--faint); font-weight: 500; }
      tbody tr, tfoot tr { border-top: 1px solid var(--line); }
      tfoot th, tfoot td { font-weight: 700; }
      .numbers td, .numbers th + th { text-align: right; font-variant-numeric: tabular-nums; }
      .numbers { width: 100%; }
      .settings { width: 100%; margin-bottom: 1.5rem; table-layout: fixed; }
      .settings th, .settings td { overflow-wrap: anywhere; }
      .settings th:first-child { width: 42%; }
      .note.wide { max-width: none; }
      .scroll { overflow-x: auto; max-width: 100%; }
      .confusion { font-variant-numeric: tabular-nums; }
      .confusion caption { font-weight: 400; color: var(--faint); }
      .confusion tbody th { white-space: nowrap; padding-right: .7rem; }
      .confusion td { text-align: right; padding: .25rem .4rem; min-width: 2.2rem; }
      .confusion .upright { vertical-align: bottom; padding: 0 .3rem .4rem; text-align: right; }
      .confusion .upright span { writing-mode: vertical-rl; transform: rotate(180deg); }
      .confusion .right, .confusion .wrong {
        background: color-mix(in srgb, var(--tone) calc(var(--share) * 60%), var(--paper));
      }
      .confusion .right { --tone: var(--heat); font-weight: 700; }
      .confusion .wrong { --tone: var(--error); }
      .confusion .little { color: var(--faint); }
      .list { margin: 0; padding-left: 1.4rem; }
      .chips {
        display: flex; flex-wrap: wrap; gap: .2rem 1rem; list-style: none; margin: .5rem 0;
        padding: 0; font-size: .9rem;
      }
      .chip {
        display: inline-block; width: .9em; height: .9em; margin-right: .4em; border-radius: .2em;
        vertical-align: -.08em; outline: 1px solid var(--line);
      }
      .order {
        display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; border: 0; margin: .75rem 0;
        padding: 0;
      }
      .order legend { float: left; font-weight: 600; padding: 0; }
      .gallery { display: flex; flex-direction: column; }
      section:has(#worst-first:checked) .gallery { flex-direction: column-reverse; }
      .shot { padding: .5rem 0 1rem; }
      .shot h3 { margin: 0; }
      .number { color: var(--faint); font-weight: 400; }
      .facts {
        display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center;
        margin: .25rem 0 .6rem; color: var(--faint); font-size: .9rem;
      }
      .facts b { color: var(--ink); }
      .shot .views { grid-template-columns: repeat(6, minmax(0, 1fr)); }
      .shot .picture { aspect-ratio: auto; }
      .shot .picture img { height: auto; }
      @media (max-width: 56rem) {
        .shot .views { grid-template-columns: repeat(3, minmax(0, 1fr)); }
      }
      @media (max-width: 30rem) {
        main { padding: .75rem; }
        .figures { grid-template-columns: repeat(2, 1fr); }
        .settings { font-size: .8rem; }
        .shot .views { gap: .6rem .5rem; }
        .view figcaption { font-size: .75rem; }
        .view figcaption b { font-size: .8rem; }
      }
      @media print { .scroll { overflow: visible; } }
      """;
}
