// Light and dark: the system's choice until the reader makes another one.

import { byId } from './dom.js';

const KEY = 'toco.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export function startTheme() {
  const chosen = localStorage.getItem(KEY);
  if (chosen) {
    document.documentElement.dataset.theme = chosen;
  }
  byId('theme').addEventListener('click', () => {
    const next = isDark() ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    localStorage.setItem(KEY, next);
    label();
  });
  system.addEventListener('change', label);
  label();
}

function isDark() {
  return (document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light')) === 'dark';
}

function label() {
  const text = isDark() ? 'Light' : 'Dark';
  byId('theme').textContent = text;
  byId('theme').setAttribute('aria-label', `${text} colours`);
}
