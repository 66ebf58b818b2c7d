// The tab Patches: how alike the tokens are after each block, for the whole picture and for the
// chosen patch.

import { announce, byId, percent, share } from './dom.js';
import { LineChart } from './chart.js';
import { cosineOf, rangeOf } from './paint.js';
import { changed } from './store.js';

export function startSimilarity(store) {
  const { info } = store.get();
  const { blocks } = info.networks[0];
  const chart = new LineChart({
    title: 'Mean cosine of patches', format: (value) => share(value), range: [0, 1],
    place: (block) => (block > blocks ? 'final norm' : `block ${block}`),
    onpick: (block) => block && store.set({ block }),
  });
  byId('curve').replaceWith(chart.node);
  chart.node.id = 'curve';
  byId('block').max = blocks + 1;
  byId('block').addEventListener('input', ({ target }) =>
    store.set({ block: Number(target.value) }));
  byId('patch-opacity').addEventListener('input', ({ target }) =>
    store.set({ patchOpacity: Number(target.value) }));
  byId('stretch').addEventListener('change', ({ target }) =>
    store.set({ stretch: target.checked }));
  store.subscribe((state, before) => {
    if (changed(state, before, 'analyses', 'similarity', 'block', 'comparing', 'patchOpacity',
        'stretch', 'patch')) {
      render(state, chart, blocks);
    }
    if (changed(state, before, 'similarity') && state.similarity.main?.patch === state.patch) {
      announce(inWords(state));
    }
  });
  render(store.get(), chart, blocks);
}

function render(state, chart, blocks) {
  const { block } = state;
  byId('block').value = block;
  byId('block-value').textContent = blockName(block, blocks);
  byId('block').setAttribute('aria-valuetext', blockName(block, blocks));
  byId('patch-opacity').value = state.patchOpacity;
  byId('patch-opacity-value').textContent = percent(state.patchOpacity);
  const similarity = current(state, 'main');
  const { low, high } = similarity ? rangeOf(state, similarity) : { low: 0, high: 1 };
  byId('scale-low').textContent = state.stretch ? share(low) : '≤ 0';
  byId('scale-high').textContent = share(high, state.stretch ? 2 : 0);
  byId('patch-result').textContent = similarity ? inWords(state) : '';
  const hasTokens = state.analyses.main?.hasMaps ?? true;
  byId('patch-hint').textContent = hasTokens
    ? 'Click a patch of the picture, or move with the arrow keys: colours show how alike all other'
      + ' patches are to it.'
    : 'This network has no patch tokens that could be compared.';
  chart.update(series(state), block);
}

const blockName = (block, blocks) =>
  block > blocks ? 'the final norm' : `block ${block} of ${blocks}`;

/** The cosines of the chosen patch, once they are there. */
function current(state, network) {
  const similarity = state.similarity[network];
  return similarity && similarity.patch === state.patch ? similarity : null;
}

function series(state) {
  const networks = state.info.networks.filter(({ id }) => id === 'main' || state.comparing);
  return networks.flatMap(({ id, run, name }, i) => {
    const analysis = state.analyses[id];
    const kind = i ? 'other' : 'main';
    const label = state.comparing ? run ?? name : 'all pairs';
    const curve = withNormed(analysis?.info.patchCosine ?? [], analysis?.info.patchCosineNormed);
    const lines = [{ name: label, kind, ...curve }];
    const similarity = current(state, id);
    if (similarity && !state.comparing) {
      lines.push({ name: 'this patch', kind: 'thin', ...meansOf(similarity) });
    }
    return lines;
  });
}

function withNormed(values, normed) {
  const y = Number.isFinite(normed) ? [...values, normed] : [...values];
  return { x: y.map((_, i) => i + 1), y };
}

function meansOf(similarity) {
  const y = Array.from({ length: similarity.info.blocks + 1 }, (_, i) => mean(similarity, i + 1));
  return { x: y.map((_, i) => i + 1), y };
}

/** The mean cosine to the other patches. */
function mean(similarity, block) {
  const cosine = cosineOf(similarity, block);
  const { row, column, gridW } = similarity.info;
  const sum = cosine.reduce((total, value) => total + value, 0);
  return (sum - cosine[row * gridW + column]) / Math.max(cosine.length - 1, 1);
}

function inWords(state) {
  const { row, column } = state.patch;
  const parts = state.info.networks
    .filter(({ id }) => (id === 'main' || state.comparing) && current(state, id))
    .map(({ id, run, name, blocks }) => {
      const value = share(mean(current(state, id), state.block));
      const whose = state.comparing ? ` (${run ?? name})` : '';
      const block = blockName(Math.min(state.block, blocks + 1), blocks);
      return `mean cosine ${value} after ${block}${whose}`;
    });
  return `Row ${row + 1}, column ${column + 1}: ${parts.join('; ')}.`;
}
