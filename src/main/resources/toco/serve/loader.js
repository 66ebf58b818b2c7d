// Brings images and what the networks make of them into the state of the view. What was asked for
// an image that is no longer shown is cancelled.

import { Analysis } from './analysis.js';
import { getBlob, getJson, getTensors, isAbort, postImage } from './api.js';
import { announce, hideProblem, megabytes, share, showProblem } from './dom.js';
import { inWords } from './result.js';

/** @param store the state of the view; `info` is set */
export function createLoader(store) {
  let wanted = new AbortController();
  let comparing = false; // whether cosines are being asked for
  let comparisons = 0; // how often they were wanted
  let file = null; // of an upload, which is sent again if the server has dropped it

  /** Opens what `bring` brings, `{image, base}`; `retry` opens it again. */
  async function open(text, bring, retry) {
    wanted.abort();
    wanted = new AbortController();
    const { signal } = wanted;
    hideProblem();
    store.set({
      busy: text, crfBusy: false, image: null, analyses: {}, similarity: {}, patch: null,
      classLabel: null,
    });
    try {
      const { image, base } = await bring(signal);
      store.set({ image, base, busy: 'Computing…' });
      await analyse();
    } catch (error) {
      if (!isAbort(error)) {
        store.set({ busy: null });
        showProblem(error.message, canRetry(error) ? retry : null);
      }
    }
  }

  function openListed(entry) {
    file = null;
    return open(
      `Opening ${entry.name}…`,
      async (signal) => bringPixels(await getJson(`/api/images/${entry.id}`, signal), signal),
      () => openListed(entry));
  }

  function openFile(given) {
    const most = store.get().info.limits.uploadBytes;
    if (given.type && !given.type.startsWith('image/') && given.type !== 'application/dicom') {
      showProblem(`${given.name} is not an image; drop a JPEG, PNG, WebP, TIFF or BMP file.`);
      return Promise.resolve();
    }
    if (given.size > most) {
      showProblem(
        `${given.name} has ${megabytes(given.size)}; the server takes up to ${megabytes(most)}.`
          + ' Make it smaller, or start toco serve with a larger --max-upload-mb.');
      return Promise.resolve();
    }
    file = given;
    return open(
      `Uploading ${given.name}…`,
      async (signal) => bringPixels(await postImage(given, signal), signal),
      () => openFile(given));
  }

  async function bringPixels(image, signal) {
    const base = await createImageBitmap(await getBlob(`/api/images/${image.id}/pixels`, signal));
    return { image, base };
  }

  /** Asks for something of the shown image; an upload that has expired is sent again first. */
  async function ask(what) {
    const { signal } = wanted;
    const path = () => `/api/images/${store.get().image.id}/${what}`;
    try {
      return await getTensors(path(), signal);
    } catch (error) {
      if (error.status !== 404 || !file) {
        throw error;
      }
      store.set({ image: { ...store.get().image, ...(await postImage(file, signal)) } });
      return getTensors(path(), signal);
    }
  }

  /** The networks that are shown. */
  function shown() {
    const { info, comparing } = store.get();
    return info.networks.filter((each) => each.id === 'main' || comparing).map((each) => each.id);
  }

  /** Runs a computation for each shown network that lacks its result, and reports a failure. */
  async function forShown(lacks, compute) {
    try {
      for (const network of shown().filter(lacks)) {
        await compute(network);
      }
    } catch (error) {
      if (!isAbort(error)) {
        store.set({ busy: null, crfBusy: false });
        showProblem(error.message);
      }
    }
  }

  async function analyse() {
    if (!store.get().image) {
      return;
    }
    await forShown(
      (network) => !store.get().analyses[network],
      async (network) => {
        store.set({ busy: 'Computing…' });
        const analysis = new Analysis(await ask(`analysis?network=${network}`));
        const { analyses, classLabel } = store.get();
        store.set({
          analyses: { ...analyses, [network]: analysis },
          classLabel: classLabel ?? strongestClass(analysis),
        });
        announce(inWords(analysis, store.get().info, false));
      });
    store.set({ busy: null });
    if (store.get().crf) {
      await refine();
    }
    if (store.get().patch) {
      await compareTokens();
    }
  }

  async function refine() {
    await forShown(
      (network) => store.get().analyses[network] && !store.get().analyses[network].refined,
      async (network) => {
        store.set({ crfBusy: true });
        const { tensors, info } = await ask(`crf?network=${network}`);
        const { analyses } = store.get();
        analyses[network].refined = tensors.labels.values;
        store.set({ analyses: { ...analyses }, crfBusy: false });
        announce(`The CRF took ${share(info.milliseconds / 1000, 1)} seconds.`);
      });
  }

  /** Cosines of the chosen patch; of the choices made during a request only the last is asked. */
  async function compareTokens() {
    comparisons++;
    if (comparing) {
      return;
    }
    comparing = true;
    for (let done = 0; done !== comparisons; ) {
      done = comparisons;
      await compareWith(store.get().patch);
    }
    comparing = false;
  }

  async function compareWith(patch) {
    const isLast = () => patch && store.get().patch === patch;
    await forShown(
      (network) => isLast() && store.get().similarity[network]?.patch !== patch
        && store.get().analyses[network]?.hasMaps,
      async (network) => {
        const query = `network=${network}&row=${patch.row}&column=${patch.column}`;
        const { info, tensors } = await ask(`similarity?${query}`);
        if (isLast()) {
          const result = { patch, info, cosine: tensors.cosine.values };
          store.set({ similarity: { ...store.get().similarity, [network]: result } });
        }
      });
  }

  return { openListed, openFile, analyse, refine, compareTokens };
}

const canRetry = ({ code, status }) => code === 'unreachable' || status === 429;

function strongestClass(analysis) {
  const [first] = analysis.predicted();
  return (first ?? analysis.info.classes.toSorted((a, b) => b.score - a.score)[0])?.label ?? null;
}
