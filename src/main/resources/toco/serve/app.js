// Starts the page: theme, connection, and the view that the address names.

import { getJson, takeToken } from './api.js';
import { startConnection } from './connection.js';
import { byId, hideProblem, showProblem } from './dom.js';
import { startLook } from './look.js';
import { startRuns } from './runs.js';
import { startTheme } from './theme.js';

let runs = null;

takeToken();
startTheme();
byId('problem-close').addEventListener('click', hideProblem);
startConnection(start);
addEventListener('hashchange', route);
start();

/** Asks the server what it has, once it answers; later calls change nothing. */
async function start() {
  if (runs) {
    route();
    return;
  }
  let info;
  try {
    info = await getJson('/api/info');
  } catch (error) {
    if (error.code !== 'unreachable' && error.status !== 401) {
      showProblem(error.message, start);
    }
    return;
  }
  const [main] = info.networks;
  runs = startRuns(info);
  if (main) {
    byId('served').textContent = [main.run, main.backbone, info.device].filter(Boolean).join(' · ');
    startLook(info);
  } else { // this server shows runs only
    byId('to-look').hidden = true;
    document.querySelector('.mark').href = '#runs';
  }
  route();
}

function route() {
  if (!runs) {
    return;
  }
  const [view, ...ids] = location.hash.slice(1).split('/');
  const isRuns = view === 'runs' || byId('to-look').hidden;
  byId('look').hidden = isRuns;
  byId('runs').hidden = !isRuns;
  for (const [id, isHere] of [['to-look', !isRuns], ['to-runs', isRuns]]) {
    if (isHere) {
      byId(id).setAttribute('aria-current', 'page');
    } else {
      byId(id).removeAttribute('aria-current');
    }
  }
  document.title = isRuns ? 'Runs · ToCo' : 'ToCo';
  if (isRuns) {
    runs.show(ids);
  } else {
    runs.hide();
  }
}
