// What lies over a picture in each state of the view.

import { viridis } from './colours.js';
import { paintHeat, paintLabels, paintPatches, paintThresholds } from './overlay.js';

/**
 * The function that fills a stage's pixels, or null where there is nothing to show yet.
 *
 * @param network the stage's
 * @param size of the canvas
 */
export function overlayOf(state, network, size) {
  if (state.tab === 'patches') {
    return patches(state, network, size);
  }
  const analysis = state.analyses[network];
  if (!analysis || (state.tab === 'correct' && !state.under)) {
    return null;
  }
  if (state.show === 'seg' || state.tab === 'correct' || !analysis.hasMaps) {
    return (out) =>
      paintLabels(
        out, analysis.labelsAt(size, state.crf), size.width, state.colours, state.opacity,
        state.hidden);
  }
  return state.as === 'heat' ? heat(state, analysis, size) : thresholds(state, analysis, size);
}

function heat(state, analysis, size) {
  return state.classLabel
    ? (out) =>
        paintHeat(
          out, analysis.mapAt(state.show, state.classLabel, size), viridis, state.opacity,
          state.cut)
    : null;
}

function thresholds(state, analysis, size) {
  const labels = classesOfImage(state, analysis);
  return labels.length
    ? (out) =>
        paintThresholds(
          out, analysis.strongestAt(state.show, labels, size), size.width, state.colours,
          state.opacity, state.low, state.high, state.hidden)
    : null;
}

/** The classes that CAM labels may have: those of the image's labels, else the predicted ones. */
export function classesOfImage(state, analysis) {
  const known = state.image?.labels;
  return known
    ? state.info.classes.filter(({ name }) => known.includes(name)).map(({ label }) => label)
    : analysis.predicted().map(({ label }) => label);
}

function patches(state, network, size) {
  const similarity = state.similarity[network];
  if (!similarity || similarity.patch !== state.patch) {
    return null;
  }
  const cosine = cosineOf(similarity, state.block);
  const { low, high } = rangeOf(state, similarity);
  const grid = { width: similarity.info.gridW, height: similarity.info.gridH };
  return (out) =>
    paintPatches(out, cosine, grid, size, viridis, state.patchOpacity, low, high);
}

/** The chosen patch's cosines after a block, 1 … L, or after the final norm, L + 1. */
export function cosineOf({ cosine, info }, block) {
  const patches = info.gridH * info.gridW;
  const at = Math.min(block, info.blocks + 1) - 1;
  return cosine.subarray(at * patches, (at + 1) * patches);
}

/** The cosines at the ends of the colour scale. */
export function rangeOf(state, similarity) {
  if (!state.stretch) {
    return { low: 0, high: 1 };
  }
  const { row, column } = similarity.info;
  const own = row * similarity.info.gridW + column;
  const others = cosineOf(similarity, state.block).filter((_, at) => at !== own);
  return { low: Math.min(...others), high: Math.max(...others) };
}
