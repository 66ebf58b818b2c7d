// The view of one photograph: its state, and who draws what of it.

import { labelColours } from './colours.js';
import { startChooser } from './chooser.js';
import { startClasses } from './classes.js';
import { startCorrect } from './correct.js';
import { byId, megabytes } from './dom.js';
import { startFilmstrip } from './filmstrip.js';
import { createLoader } from './loader.js';
import { startSimilarity } from './similarity.js';
import { found } from './result.js';
import { createStages, patchTool, probeTool } from './stages.js';
import { changed, createStore } from './store.js';

const TABS = ['classes', 'patches', 'correct'];

/** @param info of the server */
export function startLook(info) {
  const store = createStore({
    info,
    colours: labelColours(info.classes),
    tab: 'classes',
    show: 'seg', // or a CAM: cam, aux
    as: 'heat', // or labels, by thresholds
    opacity: 0.6,
    cut: 0.15,
    low: info.thresholds.low,
    high: info.thresholds.high,
    crf: false,
    crfBusy: false,
    hidden: new Uint8Array(256), // flags by label
    classLabel: null, // whose CAM is shown
    comparing: false,
    image: null,
    base: null, // its picture, an ImageBitmap
    busy: null, // what is being done, as a text
    analyses: {}, // by network
    patch: null, // {row, column}
    similarity: {}, // by network
    block: info.networks[0].blocks,
    patchOpacity: 0.75,
    stretch: false,
    under: false, // the segmentation under strokes
    strokes: 0, // how often strokes have changed
  });
  const loader = createLoader(store);
  const correct = startCorrect(store);
  const tools = {
    classes: probeTool(store, byId('readout')),
    patches: patchTool(store, (patch) => {
      store.set({ patch });
      loader.compareTokens();
    }),
    correct: correct.tool,
  };
  const draw = createStages(byId('stages'), info.networks, store, tools);
  startClasses(store, loader);
  startSimilarity(store);
  startTabs(store);
  startCompare(store, loader);
  const mark = startFilmstrip(info.splits, loader.openListed);
  startChooser(loader.openFile);
  byId('drop-limits').textContent =
    `JPEG, PNG, WebP, TIFF or BMP, up to ${megabytes(info.limits.uploadBytes)}`;

  store.subscribe((state, before) => {
    if (changed(state, before, 'image', 'busy', 'analyses', 'comparing', 'crf')) {
      headline(state);
    }
    if (changed(state, before, 'image')) {
      mark(state.image?.id);
      document.title = state.image ? `${state.image.name} · ToCo` : 'ToCo';
    }
    draw(state);
  });
  headline(store.get());
}

function headline(state) {
  const { image, busy } = state;
  byId('look-title').textContent = image?.name ?? (busy ? 'One moment' : 'Choose a photograph');
  byId('drop').hidden = Boolean(image) || Boolean(busy);
  byId('stages').hidden = !image && !busy;
  const { classList } = byId('stages');
  classList.toggle('busy', Boolean(busy));
  classList.toggle('blank', !state.base);
  classList.toggle('stale', !image);
  byId('stages').setAttribute('aria-busy', String(Boolean(busy)));
  byId('panel').hidden = !image;
  byId('look-result').textContent = busy ?? (image ? result(state) : hint(state.info));
}

function hint(info) {
  const [first] = info.networks;
  return `${first.name} looks for ${info.classes.length} classes in it.`;
}

function result({ analyses, info, comparing, crf }) {
  return comparing
    ? `${info.networks.length} networks on the same picture`
    : analyses.main ? found(analyses.main, info, crf) : '';
}

/** Tabs as the ARIA practices have them: arrow keys move, only the chosen one is a tab stop. */
function startTabs(store) {
  const tabs = TABS.map((name) => byId(`tab-${name}`));
  const choose = (at, focus) => {
    const name = TABS[(at + TABS.length) % TABS.length];
    store.set({ tab: name });
    tabs.forEach((tab, i) => {
      const chosen = TABS[i] === name;
      tab.setAttribute('aria-selected', String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      byId(TABS[i]).hidden = !chosen;
      if (chosen && focus) {
        tab.focus();
      }
    });
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => choose(i, false));
    tab.addEventListener('keydown', ({ key }) => {
      const by = { ArrowRight: 1, ArrowLeft: -1, Home: -i, End: TABS.length - 1 - i }[key];
      if (by !== undefined) {
        choose(i + by, true);
      }
    });
  });
}

function startCompare(store, loader) {
  const { networks } = store.get().info;
  byId('compare-switch').hidden = networks.length < 2;
  byId('compare-hint').hidden = networks.length > 1;
  byId('compare').addEventListener('change', ({ target }) => {
    store.set({ comparing: target.checked });
    loader.analyse();
  });
}
