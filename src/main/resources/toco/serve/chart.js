// Line charts in SVG. Runs differ in dashes as well as in colour; the caption has the last values.

import { el, number, svg } from './dom.js';

const [WIDTH, HEIGHT] = [340, 170];
const INSIDE = { left: 40, right: 332, top: 10, bottom: 146 };
const MOST_POINTS = 300;

export class LineChart {
  #title;
  #options;
  #series = [];
  #scales = null;

  /**
   * @param options `title`; `format` of values; `place` names an x; `range` of y that is always
   *   shown; `onpick` gets the x that was clicked
   */
  constructor({ title, format = number, place = (x) => `step ${x}`, range, onpick }) {
    this.#title = title;
    this.#options = { format, place, range };
    this.values = el('span', { class: 'values' });
    this.svg = svg('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img' });
    this.node = el('figure', { class: 'chart' },
      el('figcaption', {}, el('b', {}, title), this.values), this.svg);
    this.svg.addEventListener('pointermove', (event) => this.#point(this.#nearest(event)));
    this.svg.addEventListener('pointerleave', () => this.#point(null));
    if (onpick) {
      this.svg.classList.add('pickable');
      this.svg.addEventListener('click', (event) => onpick(this.#nearest(event)));
    }
  }

  /**
   * Draws again.
   *
   * @param series `{name, kind, x, y}`, x ascending; `kind` is the class of its line
   * @param marker x of a vertical line, or null
   */
  update(series, marker = null) {
    this.#series = series.filter(({ x }) => x.length > 0);
    const scales = (this.#scales = this.#fit());
    this.svg.replaceChildren(...this.#axes(scales));
    for (const { kind, x, y } of this.#series) {
      this.svg.append(svg('path', { class: `line ${kind}`, d: path(thin(x, y), scales) }));
      if (x.length === 1) {
        this.svg.append(svg('circle',
          { class: `dot ${kind}`, cx: scales.x(x[0]), cy: scales.y(y[0]), r: 3 }));
      }
    }
    if (marker !== null) {
      this.#mark(marker, 'marker');
    }
    this.#caption(null);
    this.svg.setAttribute('aria-label', this.#inWords());
  }

  #fit() {
    const xs = this.#series.flatMap(({ x }) => [x[0], x.at(-1)]);
    let [low, high] = this.#options.range ?? [Infinity, -Infinity];
    for (const { y } of this.#series) {
      for (const value of y) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    if (low > high) {
      [low, high] = [0, 1];
    } else if (low === high) {
      [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
    }
    const ticks = niceTicks(low, high, 4);
    [low, high] = [Math.min(low, ticks[0]), Math.max(high, ticks.at(-1))];
    const left = xs.length ? Math.min(...xs) : 0;
    const right = xs.length ? Math.max(...xs) : 1;
    const linear = (from, to, a, b) => (v) => a + ((v - from) / (to - from || 1)) * (b - a);
    return {
      left, right, ticks,
      x: linear(left, right, INSIDE.left, INSIDE.right),
      y: linear(low, high, INSIDE.bottom, INSIDE.top),
    };
  }

  #axes({ left, right, ticks, x, y }) {
    const parts = ticks.flatMap((tick) => [
      svg('path', { class: 'rule', d: `M${INSIDE.left} ${y(tick)}H${INSIDE.right}` }),
      svg('text', { x: INSIDE.left - 6, y: y(tick) + 4, 'text-anchor': 'end' },
        tickText(tick, ticks)),
    ]);
    if (this.#series.length) {
      parts.push(
        svg('text', { x: x(left), y: HEIGHT - 6 }, this.#options.place(left)),
        svg('text', { x: x(right), y: HEIGHT - 6, 'text-anchor': 'end' },
          left === right ? '' : this.#options.place(right)));
    }
    return parts;
  }

  #nearest(event) {
    const box = this.svg.getBoundingClientRect();
    const at = ((event.clientX - box.left) / box.width) * WIDTH;
    let best = null;
    for (const value of this.#series.flatMap(({ x }) => [...x])) {
      const far = Math.abs(this.#scales.x(value) - at);
      if (best === null || far < best.far) {
        best = { value, far };
      }
    }
    return best?.value ?? null;
  }

  #point(at) {
    this.svg.querySelector('.pointer')?.remove();
    if (at !== null) {
      this.#mark(at, 'pointer');
    }
    this.#caption(at);
  }

  #mark(at, kind) {
    const across = this.#scales.x(at);
    this.svg.append(
      svg('path', { class: kind, d: `M${across} ${INSIDE.top}V${INSIDE.bottom}` }));
  }

  /** The values at an x, or the latest ones. */
  #caption(at) {
    const { format, place } = this.#options;
    const parts = this.#series.map(({ name, kind, x, y }) => {
      const i = at === null ? x.length - 1 : x.findLastIndex((value) => value <= at);
      return el('span', {}, el('i', { class: `key ${kind}` }), name ? `${name} ` : '',
        i < 0 ? '–' : format(y[i]));
    });
    const where = at === null ? [] : [el('span', {}, `at ${place(at)}`)];
    this.values.replaceChildren(...parts, ...where);
  }

  #inWords() {
    const { format, place } = this.#options;
    const parts = this.#series.map(({ name, x, y }) =>
      `${name ? `${name}: ` : ''}${format(y[0])} at ${place(x[0])}, `
        + `${format(y.at(-1))} at ${place(x.at(-1))}`);
    return `${this.#title}. ${parts.join('; ') || 'No values yet'}.`;
  }
}

function path(points, { x, y }) {
  return points
    .map(([a, b], i) => `${i ? 'L' : 'M'}${x(a).toFixed(1)} ${y(b).toFixed(1)}`)
    .join('');
}

/** Keeps the extremes of each stretch of a long curve, so that spikes stay visible. */
function thin(x, y) {
  const points = x.map((value, i) => [value, y[i]]);
  if (points.length <= MOST_POINTS) {
    return points;
  }
  const size = Math.ceil((2 * points.length) / MOST_POINTS);
  const kept = [];
  for (let from = 0; from < points.length; from += size) {
    const part = points.slice(from, from + size).toSorted((a, b) => a[1] - b[1]);
    kept.push(...[part[0], part.at(-1)].toSorted((a, b) => a[0] - b[0]));
  }
  return kept;
}

/** Round numbers that span the range. */
export function niceTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((times) => times * power).find((each) => each >= rough);
  const ticks = [];
  for (let i = Math.floor(low / step + 1e-9); i * step < high + step * (1 - 1e-9); i++) {
    ticks.push(i * step);
  }
  return ticks;
}

function tickText(tick, ticks) {
  const step = ticks[1] - ticks[0];
  const size = Math.max(...ticks.map(Math.abs));
  if (Math.abs(tick) < step / 1e6) {
    return '0';
  }
  if (size >= 1e5 || size < 1e-3) {
    return tick.toExponential(0).replace('e+', 'e').replaceAll('-', '−');
  }
  const digits = Math.max(0, Math.min(4, Math.ceil(-Math.log10(step) - 1e-9)));
  const finer = Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6 ? 1 : 0;
  return tick.toFixed(digits + finer).replace('-', '−').replace(/^(−?)0\./, '$1.');
}
