// What one network made of one image: labels, CAMs and scores. Maps at the size of the canvas are
// computed once per size, so that a slider only colours them again.

import { coverage, resampleLabels, strongest, upsample } from './overlay.js';

export class Analysis {
  #size = { width: 0, height: 0 };
  #cache = new Map();

  constructor({ info, tensors }) {
    this.info = info;
    this.labels = tensors.labels.values;
    this.maps = { cam: tensors.cam?.values, aux: tensors.auxCam?.values };
    this.refined = null; // labels after CRF, once they were asked for
  }

  get hasMaps() {
    return Boolean(this.maps.cam);
  }

  /** Shares of the picture by label. */
  coverage(refined) {
    const labels = refined && this.refined ? this.refined : this.labels;
    return this.#once(`coverage ${labels === this.refined}`, () => coverage(labels));
  }

  /** Predicted classes, the most certain one first. */
  predicted() {
    return this.info.classes.filter((each) => each.predicted).sort((a, b) => b.score - a.score);
  }

  score(label) {
    return this.info.classes[label - 1]?.score ?? NaN;
  }

  /** Labels at the size of the canvas. */
  labelsAt(size, refined) {
    const labels = refined && this.refined ? this.refined : this.labels;
    const { widthPx, heightPx } = this.info;
    return this.#scaled(`labels ${labels === this.refined}`, size, () =>
      resampleLabels(labels, widthPx, heightPx, size.width, size.height));
  }

  /** A class's map at the size of the canvas. */
  mapAt(source, label, size) {
    const { mapW, mapH } = this.info;
    const from = (label - 1) * mapW * mapH;
    return this.#scaled(`${source} ${label}`, size, () =>
      upsample(
        this.maps[source].subarray(from, from + mapW * mapH), mapW, mapH, size.width, size.height));
  }

  /** A class's activation, 0…1, at a place given as fractions of the picture. */
  valueAt(source, label, x, y) {
    const { mapW, mapH } = this.info;
    const row = (label - 1) * mapH + Math.floor(y * mapH);
    return this.maps[source][row * mapW + Math.floor(x * mapW)] / 255;
  }

  /** The strongest of some classes' maps in each pixel of the canvas. */
  strongestAt(source, labels, size) {
    return this.#scaled(`strongest ${source} ${labels}`, size, () =>
      strongest(labels.map((label) => this.mapAt(source, label, size)), labels));
  }

  #scaled(key, size, compute) {
    if (this.#size.width !== size.width || this.#size.height !== size.height) {
      this.#cache.clear();
      this.#size = { ...size };
    }
    return this.#once(key, compute);
  }

  #once(key, compute) {
    if (!this.#cache.has(key)) {
      this.#cache.set(key, compute());
    }
    return this.#cache.get(key);
  }
}
