// Elements, announcements to screen readers, and how numbers are written.

const SVG = 'http://www.w3.org/2000/svg';

export const byId = (id) => document.getElementById(id);

/**
 * An element. Members of `attributes` that are functions become listeners (`onclick`), `null`,
 * `undefined` and `false` are left out. Texts are inserted as text, never as HTML.
 */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      node.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Says a text to screen readers once what is being said has ended. */
export function announce(text) {
  const region = byId('announcer');
  // the same text twice in a row is read twice only if it differs
  region.textContent = region.textContent === text ? text + '\u00a0' : text;
}

/** Shows a message above the view until it is dismissed; `again` adds a button that retries. */
export function showProblem(message, again) {
  const box = byId('problem');
  byId('problem-text').textContent = message;
  const retry = byId('problem-retry');
  retry.hidden = !again;
  retry.onclick = () => {
    hideProblem();
    again();
  };
  box.hidden = false;
}

export function hideProblem() {
  byId('problem').hidden = true;
  byId('problem-text').textContent = '';
}

/** .87 for 0.8731, as scores are written. */
export function share(value, digits = 2) {
  if (!Number.isFinite(value)) {
    return '–';
  }
  return plain(value.toFixed(digits));
}

export function percent(value) {
  const points = value * 100;
  return points > 0 && points < 1 ? '< 1 %' : `${Math.round(points)} %`;
}

/** Three significant digits; powers of ten only where a plain number would be long. */
export function number(value) {
  if (!Number.isFinite(value)) {
    return '–';
  }
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    return value.toExponential(1).replaceAll('-', '−').replace('e+', 'e');
  }
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return plain(value.toFixed(digits));
}

/** Without the zero before the point, as scores are written, and with a real minus. */
const plain = (text) => text.replace('-', '−').replace(/^(−?)0\./, '$1.');

/** 45 s, 12 min, 3 h 20 min. */
export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) {
    return `${Math.max(1, Math.round(seconds))} s`;
  }
  return minutes < 60
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h` + (minutes % 60 ? ` ${minutes % 60} min` : '');
}

/** How long ago a Unix time in ms was. */
export function ago(unixMs, now = Date.now()) {
  const seconds = Math.max(0, (now - unixMs) / 1000);
  if (seconds < 10) {
    return 'just now';
  }
  return seconds < 86400
    ? `${duration(seconds)} ago`
    : new Date(unixMs).toISOString().slice(0, 10);
}

const MB = 2 ** 20; // as the server's option --max-upload-mb counts them

/** 3.2 MB. */
export function megabytes(count) {
  return `${(count / MB).toFixed(count % MB ? 1 : 0)} MB`;
}
