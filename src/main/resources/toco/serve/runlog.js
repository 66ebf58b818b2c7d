// What a run has logged, read on from where the last reading ended.

import { getJson } from './api.js';
import { duration } from './dom.js';

export class RunLog {
  #next = 0;
  #series = new Map(); // by tag: {x, y}, ascending

  constructor(id) {
    this.id = id;
    this.run = null;
  }

  /** Reads what is new. @returns whether anything was */
  async poll(signal) {
    this.run = await getJson(`/api/runs/${this.id}`, signal);
    let isNew = false;
    for (let more = true; more; ) {
      const answer = await getJson(`/api/runs/${this.id}/metrics?from=${this.#next}`, signal);
      if (answer.reset) {
        this.#series.clear();
      }
      answer.entries.forEach((entry) => this.#add(entry));
      isNew ||= answer.entries.length > 0 || Boolean(answer.reset);
      this.#next = answer.next;
      more = answer.more;
    }
    return isNew;
  }

  #add({ step, scalars }) {
    for (const [tag, value] of Object.entries(scalars)) {
      if (Number.isFinite(value)) {
        const { x, y } = this.#of(tag);
        while (x.length && x.at(-1) >= step) { // a resumed run repeats steps
          x.pop();
          y.pop();
        }
        x.push(step);
        y.push(value);
      }
    }
  }

  #of(tag) {
    if (!this.#series.has(tag)) {
      this.#series.set(tag, { x: [], y: [] });
    }
    return this.#series.get(tag);
  }

  /** Steps and values of a tag such as `loss/total`; empty if there are none. */
  series(tag) {
    return this.#series.get(tag) ?? { x: [], y: [] };
  }

  /** The tags of a group such as `loss`, in the order in which they were first logged. */
  tags(group) {
    return [...this.#series.keys()].filter((tag) => tag.startsWith(`${group}/`));
  }
}

/** Where a run is. */
export function stateText({ state, step, steps, etaS }) {
  const of = steps ? `${step} of ${steps}` : `step ${step}`;
  const left = etaS && state === 'training' ? `, ${duration(etaS)} left` : '';
  return { training: `${of}${left}`, finished: `${of}, finished`, stopped: `${of}, stopped` }[state]
    ?? of;
}
