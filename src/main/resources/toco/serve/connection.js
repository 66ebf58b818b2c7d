// What the reader sees of the connection: a server that is gone, busy, or wants its token.

import { events, getJson, setToken } from './api.js';
import { announce, byId } from './dom.js';

const PROBE_MS = 3000;

let probing = false;
let wasGone = false;

/** @param reload called when the server is back, or has its token */
export function startConnection(reload) {
  events.addEventListener('unreachable', () => {
    wasGone = true;
    byId('gone').hidden = false;
    probe(reload);
  });
  events.addEventListener('reachable', () => {
    byId('gone').hidden = true;
  });
  events.addEventListener('busy', ({ detail }) => {
    byId('busy').hidden = false;
    byId('busy-text').textContent =
      `The server is busy; trying again in ${detail} s.`;
  });
  events.addEventListener('idle', () => {
    byId('busy').hidden = true;
  });
  events.addEventListener('unauthorized', () => {
    const dialog = byId('token-dialog');
    if (!dialog.open) {
      dialog.showModal();
    }
  });
  byId('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    setToken(byId('token').value.trim());
    byId('token-dialog').close();
    reload();
  });
}

async function probe(reload) {
  if (probing) {
    return;
  }
  probing = true;
  while (wasGone) {
    await new Promise((resolve) => setTimeout(resolve, PROBE_MS));
    try {
      await getJson('/api/health');
      wasGone = false;
    } catch {
      // still away
    }
  }
  probing = false;
  announce('The server answers again.');
  reload();
}
