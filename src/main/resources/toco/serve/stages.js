// The pictures side by side, one per shown network, and the pointer and the keys on them.

import { el, share } from './dom.js';
import { overlayOf } from './paint.js';
import { found, inWords } from './result.js';
import { outlinePatch, Stage } from './stage.js';

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

/**
 * @param root gets the figures
 * @param networks of the server's info
 * @param tools by tab, what `pointer` and `key` do there: see patches and strokes
 */
export function createStages(root, networks, store, tools) {
  const views = networks.map((network) => {
    const canvas = el('canvas', { role: 'img', 'data-network': network.id });
    const caption = el('figcaption');
    const figure = el('figure', { class: 'stage' }, canvas, caption);
    root.append(figure);
    const view = { network, figure, caption, stage: new Stage(canvas) };
    listen(view, store, tools);
    return view;
  });
  let shown = null;

  return function draw(state) {
    if (shown !== state.base && state.base) {
      shown = state.base;
      views.forEach(({ stage }) => stage.setPicture(state.base, state.image));
    }
    root.classList.toggle('two', isDouble(state));
    for (const view of views) {
      const { network, figure, caption, stage } = view;
      figure.hidden = network.id !== 'main' && !isDouble(state);
      caption.hidden = !isDouble(state);
      const analysis = state.analyses[network.id];
      caption.replaceChildren(
        el('b', {}, network.run ?? network.name), el('br'),
        analysis ? found(analysis, state.info, state.crf) : 'Computing…');
      if (state.image && !figure.hidden) {
        describeCanvas(stage.canvas, state, network, Boolean(tools[state.tab]?.key));
        stage.draw(overlayOf(state, network.id, stage.size), (context, unit) =>
          tools[state.tab]?.decorate(context, unit, stage, state, network));
      }
    }
  };
}

const isDouble = (state) => state.comparing && state.tab !== 'correct';

function listen({ network, stage }, store, tools) {
  const { canvas } = stage;
  const tool = () => (store.get().image ? tools[store.get().tab] : null);
  for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel', 'pointerleave']) {
    canvas.addEventListener(type, (event) =>
      tool()?.pointer?.(event, stage.place(event), canvas, network));
  }
  canvas.addEventListener('keydown', (event) => {
    if (!event.altKey && !event.metaKey && tool()?.key?.(event, ARROWS[event.key], network)) {
      event.preventDefault();
    }
  });
}

/** The canvas in words: an image while it is only looked at, else a tool that takes the keys. */
function describeCanvas(canvas, state, network, isTool) {
  const analysis = state.analyses[network.id];
  const seen = analysis ? inWords(analysis, state.info, state.crf) : 'Being computed.';
  const texts = {
    classes: `${state.image.name}. ${seen}`,
    patches: `Patches of ${state.image.name}. Arrow keys choose a patch, page up and down a block.`,
    correct: `Drawing on ${state.image.name}. Arrow keys move, space draws a point.`,
  };
  canvas.setAttribute('role', isTool ? 'application' : 'img');
  canvas.setAttribute('aria-label', isTool ? texts[state.tab] : texts.classes);
  canvas.classList.toggle('drawable', isTool && state.tab === 'correct');
  canvas.classList.toggle('clickable', state.tab === 'patches');
  if (isTool) {
    canvas.tabIndex = 0;
  } else {
    canvas.removeAttribute('tabindex');
  }
}

/** The tool of the tab Classes: what is under the pointer, written below the pictures. */
export function probeTool(store, readout) {
  return {
    pointer(event, [x, y], canvas, network) {
      const { analyses, image, info, crf, show, classLabel } = store.get();
      const analysis = analyses[network.id];
      if (!analysis || event.type === 'pointerleave') {
        readout.textContent = '';
        return;
      }
      const labels = crf && analysis.refined ? analysis.refined : analysis.labels;
      const label = labels[Math.floor(y) * image.widthPx + Math.floor(x)];
      const name = label ? info.classes[label - 1].name : info.background.name;
      const value = show === 'seg' || !classLabel || !analysis.hasMaps
        ? ''
        : `, ${show === 'cam' ? 'CAM' : 'auxiliary CAM'} of ${info.classes[classLabel - 1].name} `
          + share(analysis.valueAt(show, classLabel, x / image.widthPx, y / image.heightPx));
      readout.textContent =
        `Column ${Math.floor(x)}, row ${Math.floor(y)}: ${name}${value}`;
    },
    decorate() {},
  };
}

/** The tool of the tab Patches. */
export function patchTool(store, choose) {
  const grid = (network) => ({ width: network.gridW, height: network.gridH });
  return {
    pointer(event, [x, y], canvas, network) {
      if (event.type === 'pointerup') { // a finger that scrolls ends with pointercancel
        const { image } = store.get();
        const { width, height } = grid(network);
        choose({
          row: Math.floor((y * height) / image.heightPx),
          column: Math.floor((x * width) / image.widthPx),
        });
      }
    },
    key(event, arrow, network) {
      const { patch, block } = store.get();
      const { width, height } = grid(network);
      if (event.key === 'PageUp' || event.key === 'PageDown') {
        const next = block + (event.key === 'PageUp' ? 1 : -1);
        store.set({ block: Math.min(Math.max(next, 1), network.blocks + 1) });
        return true;
      }
      if (!arrow) {
        return false;
      }
      const from = patch ?? { row: height >> 1, column: width >> 1 };
      const [across, down] = patch ? arrow : [0, 0];
      choose({
        row: Math.min(Math.max(from.row + down, 0), height - 1),
        column: Math.min(Math.max(from.column + across, 0), width - 1),
      });
      return true;
    },
    decorate(context, unit, stage, state, network) {
      if (state.patch) {
        outlinePatch(context, unit, state.patch, grid(network), stage.image);
      }
    },
  };
}
