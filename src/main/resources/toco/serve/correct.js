// The tab Correct: strokes and labels of an image, which are saved as weak labels. What is not
// saved yet is kept for each image until the page is closed.

import { deleteJson, getJson, putJson } from './api.js';
import { createBrush } from './brush.js';
import { announce, byId, el, showProblem } from './dom.js';
import { Strokes, UNKNOWN } from './strokes.js';
import { changed } from './store.js';

/** @returns `tool`, for the stage */
export function startCorrect(store) {
  const { info } = store.get();
  const drafts = new Map(); // by image: {strokes, labels, saved}
  const correction = {
    label: info.classes[0]?.label ?? 0,
    radiusPx: 4,
    isRadiusChosen: false,
    strokes: new Strokes(),
    image: () => store.get().image,
    labelName: () => nameOf(correction.label, info),
    touched: () => store.set({ strokes: store.get().strokes + 1 }),
    undo: () => correction.strokes.canUndo && act('undo'),
    redo: () => correction.strokes.canRedo && act('redo'),
  };
  const draft = () => drafts.get(store.get().image?.id);

  function act(name) {
    correction.strokes[name]();
    announce(`${correction.strokes.list.length} strokes`);
    correction.touched();
  }

  async function load() {
    const { image } = store.get();
    if (image && !correction.isRadiusChosen) { // as large on every screen
      setRadius(Math.max(1, Math.round(Math.max(image.widthPx, image.heightPx) / 120)));
    }
    if (!image || drafts.has(image.id)) {
      use();
      return;
    }
    correction.strokes = new Strokes();
    try {
      const saved = await getJson(`/api/annotations/${image.id}`);
      drafts.set(image.id, fresh(saved));
    } catch (error) {
      showProblem(error.message);
    }
    use();
  }

  function use() {
    correction.strokes = draft()?.strokes ?? new Strokes();
    chips(draft(), info, correction.touched);
    correction.touched();
  }

  function setRadius(px) {
    correction.radiusPx = px;
    byId('radius').value = px;
    byId('radius-value').textContent = `${px} px`;
    correction.touched();
  }

  async function save() {
    const own = draft();
    const { id } = store.get().image;
    const sent = content(own);
    byId('save-note').textContent = 'Saving…';
    try {
      const { files, hintedPixels } = await putJson(`/api/annotations/${id}`, JSON.parse(sent));
      own.saved = sent;
      render(store.get());
      byId('save-note').textContent =
        `Saved ${hintedPixels} pixels in ${files.join(' and ')}.`;
      listSaved(info);
    } catch (error) {
      byId('save-note').textContent = '';
      showProblem(error.message, error.code === 'unreachable' ? save : null);
    }
  }

  function render(state) {
    const { strokes } = correction;
    const isDirty = draft() && content(draft()) !== draft().saved;
    byId('undo').disabled = byId('clear').disabled = !strokes.canUndo;
    byId('redo').disabled = !strokes.canRedo;
    byId('save').disabled = !state.image || !isDirty;
    if (isDirty && byId('save-note').textContent !== 'Saving…') {
      byId('save-note').textContent = 'Not saved yet.';
    } else if (!isDirty && byId('save-note').textContent === 'Not saved yet.') {
      byId('save-note').textContent = '';
    }
  }

  byId('correct-off').hidden = info.annotations.enabled;
  byId('correct-on').hidden = !info.annotations.enabled;
  if (!info.annotations.enabled) {
    return { tool: null };
  }
  brushes(correction, info);
  byId('radius').addEventListener('input', ({ target }) => {
    correction.isRadiusChosen = true;
    setRadius(Number(target.value));
  });
  setRadius(correction.radiusPx);
  byId('undo').addEventListener('click', correction.undo);
  byId('redo').addEventListener('click', correction.redo);
  byId('clear').addEventListener('click', () => act('clear'));
  byId('under').addEventListener('change', ({ target }) =>
    store.set({ under: target.checked }));
  byId('save').addEventListener('click', save);
  byId('saved').addEventListener('toggle', () => listSaved(info));
  addEventListener('beforeunload', (event) => {
    if ([...drafts.values()].some((each) => content(each) !== each.saved)) {
      event.preventDefault();
    }
  });
  store.subscribe((state, before) => {
    const id = state.image?.id;
    const isShown = state.tab === 'correct' && id;
    if (isShown && (before.tab !== 'correct' || before.image?.id !== id)) {
      byId('save-note').textContent = '';
      load();
    } else if (changed(state, before, 'strokes')) {
      render(state);
    }
  });
  return { tool: createBrush(correction) };
}

function fresh({ labels, strokes }) {
  const own = { strokes: new Strokes(strokes), labels: new Set(labels) };
  own.saved = content(own);
  return own;
}

/** What is saved, as text. */
function content({ labels, strokes }) {
  return JSON.stringify({ labels: [...labels].sort(), strokes: strokes.list });
}

function nameOf(label, info) {
  return label === UNKNOWN
    ? 'unknown'
    : label === 0 ? info.background.name : info.classes[label - 1].name;
}

function brushes(correction, info) {
  const options = [
    ...info.classes,
    { ...info.background },
    { label: UNKNOWN, name: 'erase (unknown)', colour: null },
  ];
  byId('brushes').append(...options.map(({ label, name, colour }) => {
    const input = el('input', { type: 'radio', name: 'brush', value: label,
      onchange: () => { correction.label = label; } });
    input.checked = label === correction.label;
    const swatch = el('i', { class: colour ? 'swatch' : 'swatch none' });
    if (colour) {
      swatch.style.backgroundColor = colour;
    }
    return el('label', {}, input, swatch, el('span', {}, name));
  }));
}

function chips(own, info, touched) {
  const boxes = info.classes.map(({ name }) => {
    const input = el('input', { type: 'checkbox', disabled: !own,
      onchange: ({ target }) => {
        own.labels[target.checked ? 'add' : 'delete'](name);
        touched();
      } });
    input.checked = Boolean(own?.labels.has(name));
    return el('label', {}, input, el('span', {}, name));
  });
  const legend = byId('image-labels').querySelector('legend');
  byId('image-labels').replaceChildren(legend, ...boxes);
}

async function listSaved(info) {
  if (!byId('saved').open) {
    return;
  }
  try {
    const { folder, entries, usage } = await getJson('/api/annotations');
    const rows = entries.map(({ image, name, labels, strokes }) =>
      el('li', {}, el('span', {}, `${name}: ${labels.join(', ') || 'no class'}`),
        el('span', { class: 'faint' }, ` ${strokes} strokes `),
        image && el('button', { type: 'button', class: 'quiet', 'aria-label': `Remove ${name}`,
          onclick: () => remove(image, info) }, 'Remove')));
    byId('saved-list').replaceChildren(
      rows.length
        ? el('ul', {}, ...rows)
        : el('p', { class: 'hint' }, `The folder ${folder} has none yet.`),
      el('p', { class: 'hint' }, 'Train with them:'),
      el('pre', { tabindex: 0 }, usage));
  } catch (error) {
    showProblem(error.message);
  }
}

async function remove(image, info) {
  try {
    await deleteJson(`/api/annotations/${image}`);
    announce('Removed.');
    listSaved(info);
  } catch (error) {
    showProblem(error.message);
  }
}
