// What a network found in a picture, as text.

import { percent, share } from './dom.js';

const LEAST_SHARE = 0.005; // of the picture; smaller regions are specks

/** Classes that the classifier predicts or the segmentation shows, the most certain one first. */
function seen(analysis, info, refined) {
  const shares = analysis.coverage(refined);
  return analysis.info.classes
    .filter(({ label, predicted }) => predicted || shares[label] >= LEAST_SHARE)
    .sort((a, b) => b.score - a.score)
    .map(({ label, score }) => ({
      name: info.classes[label - 1].name, score: share(score), covers: percent(shares[label]),
    }));
}

/** For the eye: `boat .95 (4 %) · bird .97 (< 1 %)`; each part stays on one line. */
export function found(analysis, info, refined) {
  const parts = seen(analysis, info, refined).map(({ name, score, covers }) =>
    `${name} ${score} (${covers})`.replaceAll(' ', '\u00a0'));
  return parts.length ? parts.join(' · ') : 'No class found.';
}

/** For the ear, as a sentence. */
export function inWords(analysis, info, refined) {
  const parts = seen(analysis, info, refined).map(({ name, score, covers }) =>
    `${name}, score ${score}, covers ${covers}`);
  return parts.length ? `Found: ${parts.join('; ')}.` : 'No class found.';
}
