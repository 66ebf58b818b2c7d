// One or two runs in charts that grow while they train, and their newest pictures.

import { getBlob } from './api.js';
import { LineChart } from './chart.js';
import { announce, duration, el, number, share } from './dom.js';
import { RunLog, stateText } from './runlog.js';

const GROUPS = [
  { title: 'Scores', group: 'eval', open: true, format: (value) => share(value, 3) },
  { title: 'Losses', group: 'loss', open: true },
  { title: 'Segmentation IoU by class', group: 'eval perClass seg',
    format: (value) => share(value, 3) },
  { title: 'Speed', group: 'speed', open: true },
  { title: 'Learning rates', group: 'lr' },
  { title: 'Weights of the losses', group: 'weight' },
  { title: 'Data', group: 'data' },
  { title: 'Memory', group: 'memory' },
];

const HIDDEN = 'eval/images'; // how many were scored, always as many

const TITLES = {
  'eval/segMiou': 'Segmentation mIoU', 'eval/crfMiou': 'Segmentation mIoU after CRF',
  'eval/camMiou': 'CAM mIoU', 'eval/camAuxMiou': 'Auxiliary CAM mIoU',
  'eval/classF1': 'Class F1', 'eval/classMap': 'Class mean average precision',
  'eval/imageAp': 'Average precision of images', 'eval/patchCosine': 'Mean cosine of patches',
  'loss/total': 'Total', 'loss/cls': 'Classification', 'loss/clsAux': 'Auxiliary classification',
  'loss/ptc': 'Patch-token contrast', 'loss/ctc': 'Class-token contrast',
  'loss/seg': 'Segmentation', 'loss/cam': 'Swapped CAM', 'loss/reg': 'Dense energy',
  'loss/emptySegParts': 'Empty parts of the segmentation loss',
  'loss/hint': 'Hinted pixels', 'loss/attri': 'Class tokens apart',
  'loss/cre': 'Confident patches', 'loss/ure': 'Uncertain patches',
  'speed/imagesPerSecond': 'Images per second', 'data/waitShare': 'Share of time waiting for data',
  'memory/residentMB': 'Memory of the process, MB', 'memory/liveTensors': 'Live tensors',
};

/** @returns `poll(ids, signal)`, which reads what is new of these runs and draws it */
export function createTraining(root) {
  let logs = [];
  let view = null;

  return {
    async poll(ids, signal) {
      const isOther = ids.join() !== logs.map(({ id }) => id).join();
      if (isOther) {
        logs = ids.map((id) => logs.find((log) => log.id === id) ?? new RunLog(id));
      }
      const before = logs.map(({ run }) => run?.state);
      const news = [];
      for (const log of logs) {
        news.push(await log.poll(signal));
      }
      if (isOther || !view) {
        view = createView(root);
      }
      view.update(logs, isOther || news.some(Boolean));
      await view.pictures(logs, signal);
      logs.forEach(({ run }, i) => {
        if (before[i] && before[i] !== run.state) {
          announce(`${run.name}: ${stateText(run)}`);
        }
      });
    },
  };
}

function createView(root) {
  const charts = new Map(); // by tag
  const facts = el('div', { class: 'facts' });
  const pictures = el('div', { class: 'run-pictures' });
  const sections = new Map(GROUPS.map((group) => {
    const grid = el('div', { class: 'charts' });
    const node = el('details', { open: Boolean(group.open) },
      el('summary', {}, el('h2', {}, group.title)), grid);
    return [group.group, { ...group, node, grid }];
  }));
  root.replaceChildren(facts, pictures, ...[...sections.values()].map(({ node }) => node));
  const frames = new Map(); // by run
  let shown = [];

  /** Of a closed group only the heading, if there is something in it. */
  function drawGroup({ group, node, grid, format }, logs) {
    const tags = [...new Set(logs.flatMap((log) => log.tags(group)))]
      .filter((tag) => tag !== HIDDEN)
      .sort(byImportance);
    node.hidden = tags.length === 0;
    for (const tag of node.open ? tags : []) {
      if (!charts.has(tag)) {
        const title = TITLES[tag] ?? tag.slice(group.length + 1);
        charts.set(tag, new LineChart({ title, format }));
        grid.append(charts.get(tag).node);
      }
      charts.get(tag).update(logs.map((log, i) => ({
        name: logs.length > 1 ? log.run.name : '', kind: i ? 'other' : 'main', ...log.series(tag),
      })));
    }
  }

  sections.forEach((section) =>
    section.node.addEventListener('toggle', () => drawGroup(section, shown)));

  return {
    update(logs, isNew) {
      shown = logs;
      facts.replaceChildren(...logs.map(fact));
      if (isNew) {
        sections.forEach((section) => drawGroup(section, logs));
      }
    },

    async pictures(logs, signal) {
      for (const log of logs.filter(({ run }) => run.pictures.length > 0)) {
        if (!frames.has(log.id)) {
          frames.set(log.id, createFrame(log.id));
          pictures.append(frames.get(log.id).node);
        }
        await frames.get(log.id).update(log.run, signal);
      }
    },
  };
}

const ORDER = Object.keys(TITLES);
const byImportance = (a, b) =>
  (ORDER.indexOf(a) + 1 || 99) - (ORDER.indexOf(b) + 1 || 99) || (a < b ? -1 : 1);

function fact({ run }, i) {
  const items = [
    ['Steps', run.steps ? `${run.step} of ${run.steps}` : run.step],
    [run.state === 'training' ? 'Time left' : 'State',
      run.state === 'training' ? (run.etaS ? duration(run.etaS) : 'not known yet') : run.state],
    ['Images/s', run.imagesPerSecond ? number(run.imagesPerSecond) : '–'],
    ['Seg. mIoU', share(run.scores.segMiou, 3)],
    ['CAM mIoU', share(run.scores.camMiou, 3)],
  ];
  return el('section', { 'aria-label': run.name },
    el('h2', {}, el('i', { class: `key ${i ? 'other' : 'main'}` }), run.name),
    el('dl', {}, ...items.map(([term, value]) =>
      el('div', {}, el('dt', {}, term), el('dd', {}, String(value))))));
}

/** A run's pictures: the newest one as it comes, or an earlier one that the slider chooses. */
function createFrame(id) {
  const image = el('img', { alt: '' });
  const value = el('output', {});
  const slider = el('input', { type: 'range', min: 0, step: 1 });
  const name = el('b', {});
  const node = el('figure', {}, image,
    el('figcaption', {}, name, el('label', { class: 'slider' }, el('span', {}, 'Picture of step'),
      value, slider)));
  let steps = [];
  let run = '';
  let shown = null;

  async function show(at, signal) {
    const step = steps[at];
    value.textContent = step;
    slider.setAttribute('aria-valuetext', `step ${step}`);
    if (shown === step) {
      return;
    }
    shown = step;
    const blob = await getBlob(`/api/runs/${id}/pictures/${step}`, signal).catch((error) => {
      shown = null;
      throw error;
    });
    const before = image.src;
    image.src = URL.createObjectURL(blob);
    image.alt = `Images of ${run} with CAMs and labels, after step ${step}`;
    if (before) {
      URL.revokeObjectURL(before);
    }
  }

  slider.addEventListener('input', () => show(Number(slider.value)).catch(() => {}));
  return {
    node,
    async update(its, signal) {
      const follows = steps.length === 0 || Number(slider.value) === steps.length - 1;
      ({ pictures: steps, name: run } = its);
      name.textContent = run;
      slider.max = steps.length - 1;
      if (follows) {
        slider.value = steps.length - 1;
      }
      await show(Number(slider.value), signal);
    },
  };
}
