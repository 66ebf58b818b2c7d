// The server's API. Every failure is an ApiError whose message can be shown as it is.

import { parse } from './safetensors.js';

const TOKEN_KEY = 'toco.token';
const ATTEMPTS_WHILE_BUSY = 6;
const MAX_WAIT_S = 10;

export class ApiError extends Error {
  /** @param code of the server, or `unreachable`; `aborted` is for nobody to see */
  constructor(message, code, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** `busy` (detail: seconds to wait), `idle`, `unreachable`, `reachable`, `unauthorized`. */
export const events = new EventTarget();

/** Takes the token out of the address, where it would be shared by mistake. */
export function takeToken() {
  const given = /^#token=(.+)$/.exec(location.hash);
  if (given) {
    sessionStorage.setItem(TOKEN_KEY, decodeURIComponent(given[1]));
    history.replaceState(null, '', location.pathname);
  }
}

export function setToken(token) {
  sessionStorage.setItem(TOKEN_KEY, token);
}

export const getJson = (path, signal) =>
  request(path, { signal }, (answer) => answer.json());

export const getBlob = (path, signal) => request(path, { signal }, (answer) => answer.blob());

export const getTensors = (path, signal) =>
  request(path, { signal }, async (answer) => parse(await answer.arrayBuffer()));

/** Uploads an image; the answer names it. */
export async function postImage(file, signal) {
  const type = /^image\/(jpeg|png|webp|tiff|bmp)$/.test(file.type)
    ? file.type
    : 'application/octet-stream';
  const path = `/api/images?name=${encodeURIComponent(file.name ?? 'pasted')}`;
  const headers = { 'Content-Type': type };
  return request(path, { method: 'POST', headers, body: file, signal }, (answer) => answer.json());
}

export function putJson(path, value) {
  const headers = { 'Content-Type': 'application/json' };
  const body = JSON.stringify(value);
  return request(path, { method: 'PUT', headers, body }, (answer) => answer.json());
}

export const deleteJson = (path) =>
  request(path, { method: 'DELETE' }, (answer) => answer.json());

/** Whether a failure is only that the answer was no longer wanted. */
export const isAbort = (error) => error.code === 'aborted';

/** Sends, waits where the server is busy, and reads the body. */
async function request(path, options, read) {
  for (let attempt = 1; ; attempt++) {
    const answer = await reached(() => fetch(path, authorized(options)), options.signal);
    if (answer.ok) {
      emit('idle');
      return reached(() => read(answer), options.signal);
    }
    if (answer.status !== 429 || attempt === ATTEMPTS_WHILE_BUSY) {
      throw await failure(answer);
    }
    const wanted = Number(answer.headers.get('Retry-After'));
    const seconds = Math.min(MAX_WAIT_S, Number.isFinite(wanted) && wanted > 0 ? wanted : 1);
    emit('busy', seconds);
    await pause(seconds, options.signal);
  }
}

function authorized(options) {
  const token = sessionStorage.getItem(TOKEN_KEY);
  return token
    ? { ...options, headers: { ...options.headers, Authorization: `Bearer ${token}` } }
    : options;
}

/** Tells a request that was given up from a server that is gone. */
async function reached(action, signal) {
  try {
    const result = await action();
    emit('reachable');
    return result;
  } catch (error) {
    if (signal?.aborted) {
      throw new ApiError('', 'aborted');
    }
    if (!(error instanceof TypeError)) {
      throw new ApiError(`The server's answer cannot be read: ${error.message}`, 'unreadable');
    }
    emit('unreachable');
    throw new ApiError(
      'The server does not answer. Is toco serve still running?', 'unreachable');
  }
}

async function failure(answer) {
  const said = await answer.json().catch(() => ({}));
  if (answer.status === 401) {
    emit('unauthorized');
  }
  return new ApiError(
    said.message ?? `The server answered ${answer.status} ${answer.statusText}.`,
    said.error ?? 'unknown', answer.status);
}

function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      reject(new ApiError('', 'aborted'));
    });
  });
}

function emit(type, detail) {
  events.dispatchEvent(new CustomEvent(type, { detail }));
}
