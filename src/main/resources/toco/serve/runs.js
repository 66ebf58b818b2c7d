// The list of runs: sortable, one or two of them shown below it.

import { getJson, isAbort } from './api.js';
import { ago, byId, el, share, showProblem } from './dom.js';
import { stateText } from './runlog.js';
import { createTraining } from './training.js';

const POLL_MS = 2000;

const COLUMNS = [
  { key: 'name', title: 'Run', of: (run) => run.name.toLowerCase() },
  { key: 'step', title: 'Progress', wide: true, of: (run) => run.step / (run.steps || 1) },
  { key: 'seg', title: 'Seg. mIoU', number: true, of: (run) => run.scores.segMiou },
  { key: 'cam', title: 'CAM mIoU', number: true, of: (run) => run.scores.camMiou },
  { key: 'f1', title: 'Class F1', number: true, wide: true, of: (run) => run.scores.classF1 },
  { key: 'speed', title: 'Images/s', number: true, wide: true, of: (run) => run.imagesPerSecond },
  { key: 'updated', title: 'Updated', wide: true, of: (run) => run.updatedUnixMs },
];

/** @returns `show(ids)`, which starts polling, and `hide()`, which ends it */
export function startRuns(info) {
  const training = createTraining(byId('training'));
  const sort = { key: 'updated', down: true };
  let runs = null;
  let chosen = [];
  let timer = 0;
  let polling = null;

  async function poll() {
    clearTimeout(timer);
    polling?.abort();
    const own = (polling = new AbortController());
    try {
      ({ runs } = await getJson('/api/runs', own.signal));
      if (chosen.length === 0 && runs.length > 0) {
        chosen = [(runs.find(({ state }) => state === 'training') ?? sorted()[0]).id];
      }
      render();
      await training.poll(chosen, own.signal);
    } catch (error) {
      if (isAbort(error)) {
        return;
      }
      if (error.code !== 'unreachable') { // which the connection shows
        showProblem(error.message);
      }
    }
    if (polling === own && !document.hidden) {
      timer = setTimeout(poll, POLL_MS);
    }
  }

  function sorted() {
    const { of } = COLUMNS.find(({ key }) => key === sort.key);
    const sign = sort.down ? -1 : 1;
    const lacks = (run) => of(run) === undefined || of(run) === null;
    return runs.toSorted((a, b) =>
      lacks(a) - lacks(b) || sign * (of(a) > of(b)) - sign * (of(a) < of(b)));
  }

  function render() {
    const training = runs.filter(({ state }) => state === 'training').length;
    byId('runs-note').textContent = runs.length
      ? `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`
        + (training ? `, ${training} training now` : '')
        + (runs.length > 1 ? '. Tick two to lay them over each other.' : '')
      : '';
    const focused = byId('runs-table').contains(document.activeElement)
      ? document.activeElement.dataset.focus : null;
    byId('runs-table').replaceChildren(runs.length ? table() : nothing());
    if (focused) {
      byId('runs-table').querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  function table() {
    const head = COLUMNS.map(({ key, title, number, wide }) => {
      const order = sort.key === key ? (sort.down ? 'descending' : 'ascending') : null;
      return el('th', { scope: 'col', 'aria-sort': order, class: classes({ number, wide }) },
        el('button', { type: 'button', 'data-focus': `sort-${key}`, onclick: () => sortBy(key) },
          title, el('span', { 'aria-hidden': 'true' }, order ? (sort.down ? ' ↓' : ' ↑') : '')));
    });
    return el('table', {},
      el('thead', {},
        el('tr', {},
          el('th', { scope: 'col' }, el('span', { class: 'unseen' }, 'Shown')), ...head)),
      el('tbody', {}, ...sorted().map(row)));
  }

  function row(run) {
    const at = chosen.indexOf(run.id);
    const tick = el('input', { type: 'checkbox', 'aria-label': `Show ${run.name}`,
      'data-focus': `tick-${run.id}`, onchange: ({ target }) => toggle(run.id, target.checked) });
    tick.checked = at >= 0;
    const progress = el('progress', { max: run.steps || 1, value: run.step,
      'aria-label': `Steps of ${run.name}` });
    return el('tr', { class: ['main', 'other'][at] ?? null },
      el('td', {}, tick),
      el('th', { scope: 'row' },
        el('button', { type: 'button', class: 'quiet', 'data-focus': `name-${run.id}`,
          onclick: () => choose([run.id]) }, run.name),
        el('small', {}, [run.recipe, run.backbone].filter(Boolean).join(', ')),
        el('small', { class: `narrow state ${run.state}` }, stateText(run))),
      el('td', { class: 'wide' },
        el('span', { class: `state ${run.state}` }, stateText(run)), progress),
      ...[run.scores.segMiou, run.scores.camMiou].map((score) =>
        el('td', { class: 'number' }, share(score, 3))),
      el('td', { class: 'number wide' }, share(run.scores.classF1, 3)),
      el('td', { class: 'number wide' },
        run.imagesPerSecond ? run.imagesPerSecond.toFixed(1) : '–'),
      el('td', { class: 'wide faint' }, run.updatedUnixMs ? ago(run.updatedUnixMs) : '–'));
  }

  function sortBy(key) {
    sort.down = sort.key === key ? !sort.down : key !== 'name';
    sort.key = key;
    render();
  }

  /** Of three, the one that was ticked first goes. */
  function toggle(id, isShown) {
    choose(isShown ? [...chosen, id].slice(-2) : chosen.filter((each) => each !== id));
  }

  function choose(ids) {
    chosen = ids;
    history.replaceState(null, '', ['#runs', ...ids].join('/'));
    render();
    poll();
  }

  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && !byId('runs').hidden) {
      poll();
    }
  });

  return {
    show(ids) {
      if (!info.runs.enabled) {
        byId('runs-table').replaceChildren(nothing());
        return;
      }
      chosen = ids.slice(0, 2);
      poll();
    },
    hide() {
      clearTimeout(timer);
      polling?.abort();
      polling = null;
    },
  };

  function nothing() {
    return el('p', { class: 'empty' },
      info.runs.enabled
        ? 'No runs in this folder yet. A training that starts shows up here by itself.'
        : 'This server shows no runs. Start toco serve with --runs and the folder they are in.');
  }
}

const classes = (flags) =>
  Object.keys(flags).filter((name) => flags[name]).join(' ') || null;
