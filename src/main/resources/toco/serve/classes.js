// The tab Classes: what is shown, its sliders, and the list of classes with their scores.

import { byId, el, percent, share } from './dom.js';
import { classesOfImage } from './paint.js';
import { changed } from './store.js';

const LISTED = 6; // classes that stand above the fold: the predicted ones and the next best

export function startClasses(store, loader) {
  for (const name of ['show', 'as']) {
    for (const radio of document.querySelectorAll(`input[name="${name}"]`)) {
      radio.addEventListener('change', () => store.set({ [name]: radio.value }));
    }
  }
  for (const id of ['opacity', 'cut', 'low', 'high']) {
    byId(id).addEventListener('input', ({ target }) => slide(store, id, Number(target.value)));
  }
  byId('crf').addEventListener('change', ({ target }) => {
    store.set({ crf: target.checked });
    if (target.checked) {
      loader.refine();
    }
  });
  store.subscribe((state, before) => {
    if (changed(state, before, 'show', 'as', 'opacity', 'cut', 'low', 'high', 'crfBusy',
        'analyses', 'crf')) {
      controls(state);
    }
    if (changed(state, before, 'show', 'as', 'analyses', 'crf', 'comparing', 'image')) {
      list(state, store);
    }
  });
  controls(store.get());
}

/** The low threshold stays below the high one. */
function slide(store, id, value) {
  const { low, high } = store.get();
  const pushed = { low: { high: Math.max(high, value) }, high: { low: Math.min(low, value) } };
  store.set({ [id]: value, ...pushed[id] });
}

function controls(state) {
  const isCam = state.show !== 'seg';
  const byThresholds = isCam && state.as === 'labels';
  byId('as').hidden = !isCam;
  byId('cut-row').hidden = !isCam || byThresholds;
  byId('low-row').hidden = byId('high-row').hidden = !byThresholds;
  byId('heat-scale').hidden = !isCam || byThresholds;
  byId('crf-row').hidden = isCam || !state.info.crfProtocol;
  byId('crf-note').textContent = state.crfBusy ? 'computing…' : '';
  byId('opacity-value').textContent = percent(state.opacity);
  for (const id of ['opacity', 'cut', 'low', 'high']) {
    byId(id).value = state[id];
    byId(`${id}-value`).textContent = id === 'opacity' ? percent(state[id]) : share(state[id]);
  }
  byId('classes-hint').textContent = explanation(state, isCam, byThresholds);
}

function explanation(state, isCam, byThresholds) {
  const analysis = state.analyses.main;
  if (isCam && analysis && !analysis.hasMaps) {
    return 'This network has no CAMs; the segmentation is shown.';
  }
  if (byThresholds) {
    const from = state.image?.labels ? 'the classes of its labels' : 'the predicted classes';
    return `What training would learn from: ${from}; between the thresholds nothing is learned`
      + ' (striped).';
  }
  return isCam
    ? 'Where the classifier finds evidence for the class chosen below.'
    : 'Uncheck a class to hide it. In brackets: its share of the picture.';
}

function list(state, store) {
  const { info, analyses } = state;
  const analysis = analyses.main;
  if (!analysis) {
    byId('class-list').replaceChildren();
    return;
  }
  const choosesOne = state.show !== 'seg' && state.as === 'heat' && analysis.hasMaps;
  const shares = analysis.coverage(state.crf);
  const isPredicted = ({ label }) => analysis.info.classes[label - 1].predicted;
  const rank = (each) =>
    analysis.score(each.label) + 2 * isPredicted(each) + (shares[each.label] > 0);
  const order = info.classes.toSorted((a, b) => rank(b) - rank(a));
  const learned = new Set(classesOfImage(state, analysis));
  const row = (each) => {
    const { label, name, colour } = each;
    const input = choosesOne
      ? el('input', { type: 'radio', name: 'class', value: label,
          onchange: () => store.set({ classLabel: label }) })
      : el('input', { type: 'checkbox', value: label,
          onchange: ({ target }) => hide(store, label, !target.checked) });
    input.checked = choosesOne ? state.classLabel === label : !state.hidden[label];
    input.disabled = state.show !== 'seg' && state.as === 'labels' && !learned.has(label);
    const swatch = el('i', { class: 'swatch' });
    swatch.style.backgroundColor = colour;
    const covers = state.show === 'seg' && shares[label] > 0 ? ` (${percent(shares[label])})` : '';
    return el('label', { class: isPredicted(each) ? 'found' : null },
      input, swatch, el('span', { class: 'name' }, name, el('small', {}, covers)),
      ...scores(state, label));
  };
  const group = el('fieldset', {}, el('legend', {}, choosesOne ? 'CAM of' : 'Classes'),
    ...order.slice(0, LISTED).map(row));
  const rest = order.slice(LISTED);
  if (rest.length) {
    const open = byId('class-list').querySelector('details')?.open;
    group.append(el('details', { open }, el('summary', {}, `${rest.length} more`),
      ...rest.map(row)));
  }
  keepFocus(byId('class-list'), group);
}

/** Replaces the list; the input that had the focus has it again. */
function keepFocus(root, group) {
  const focused = root.contains(document.activeElement) ? document.activeElement.value : null;
  root.replaceChildren(group);
  if (focused) {
    root.querySelector(`input[value="${focused}"]`)?.focus();
  }
}

function scores({ analyses, info, comparing }, label) {
  return info.networks
    .filter(({ id }) => analyses[id] && (id === 'main' || comparing))
    .map(({ id, run, name }) => {
      const score = analyses[id].score(label);
      const bar = el('i', { class: 'bar' });
      bar.style.setProperty('--share', score);
      const whose = comparing ? el('span', { class: 'unseen' }, run ?? name) : null;
      return el('span', { class: 'score' }, whose, bar, share(score));
    });
}

function hide(store, label, isHidden) {
  const hidden = store.get().hidden.slice();
  hidden[label] = isHidden ? 1 : 0;
  store.set({ hidden });
}
