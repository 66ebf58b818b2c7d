// Pixels of overlays, computed from the maps that the server sent. Nothing here asks the server or
// touches the page: each function fills `out`, RGBA of width × height, row by row.

const UNCERTAIN = 128; // grey of pixels between the two thresholds

/** Resamples a map of bytes bilinearly, with half-pixel centres. It covers the whole picture. */
export function upsample(map, mapWidth, mapHeight, width, height) {
  const out = new Uint8Array(width * height);
  const columns = taps(mapWidth, width);
  const rows = taps(mapHeight, height);
  for (let y = 0, at = 0; y < height; y++) {
    const top = rows.low[y] * mapWidth;
    const bottom = rows.high[y] * mapWidth;
    const down = rows.weight[y];
    for (let x = 0; x < width; x++, at++) {
      const left = columns.low[x];
      const right = columns.high[x];
      const across = columns.weight[x];
      const above = map[top + left] + (map[top + right] - map[top + left]) * across;
      const below = map[bottom + left] + (map[bottom + right] - map[bottom + left]) * across;
      out[at] = above + (below - above) * down + 0.5;
    }
  }
  return out;
}

function taps(from, to) {
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const weight = new Float32Array(to);
  for (let i = 0; i < to; i++) {
    const place = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    low[i] = Math.floor(place);
    high[i] = Math.min(low[i] + 1, from - 1);
    weight[i] = place - low[i];
  }
  return { low, high, weight };
}

/** The largest value of several maps of one size, and the label of the map that has it. */
export function strongest(maps, labels) {
  const value = new Uint8Array(maps[0]?.length ?? 0);
  const label = new Uint8Array(value.length);
  maps.forEach((map, i) => {
    for (let at = 0; at < map.length; at++) {
      if (map[at] > value[at]) {
        value[at] = map[at];
        label[at] = labels[i];
      }
    }
  });
  return { value, label };
}

/** Labels at the picture's size, drawn at any other: the pixel at the centre counts. */
export function resampleLabels(labels, labelWidth, labelHeight, width, height) {
  const out = new Uint8Array(width * height);
  for (let y = 0, at = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * labelHeight) / height) * labelWidth;
    for (let x = 0; x < width; x++, at++) {
      out[at] = labels[row + Math.floor(((x + 0.5) * labelWidth) / width)];
    }
  }
  return out;
}

/**
 * Labels in the colours of their classes, with pale outlines. Background and hidden labels are
 * clear.
 *
 * @param labels one per pixel
 * @param opacity 0…1
 * @param hidden 256 flags by label
 */
export function paintLabels(out, labels, width, colours, opacity, hidden) {
  const inside = Math.round(255 * opacity);
  const outline = Math.round(255 * Math.min(1, 1.7 * opacity));
  for (let at = 0, to = 0; at < labels.length; at++, to += 4) {
    const label = labels[at];
    if (label === 0 || hidden[label]) {
      out[to + 3] = 0;
      continue;
    }
    const edge =
      labels[at - 1] !== label || labels[at + 1] !== label ||
      labels[at - width] !== label || labels[at + width] !== label;
    const paler = edge ? 0.5 : 0; // dark colours would not stand out from a dark picture
    for (let channel = 0; channel < 3; channel++) {
      const colour = colours[3 * label + channel];
      out[to + channel] = colour + (255 - colour) * paler;
    }
    out[to + 3] = edge ? outline : inside;
  }
}

/** A map in the colours of a table; values under the threshold are clear. */
export function paintHeat(out, values, table, opacity, threshold) {
  const alpha = Math.round(255 * opacity);
  const least = threshold * 255;
  for (let at = 0, to = 0; at < values.length; at++, to += 4) {
    const value = values[at];
    out[to] = table[3 * value];
    out[to + 1] = table[3 * value + 1];
    out[to + 2] = table[3 * value + 2];
    out[to + 3] = value < least ? 0 : alpha;
  }
}

/**
 * The labels that two thresholds make of CAMs, as training makes them: above `high` the class,
 * under `low` background, which is clear, and between them uncertain, which is hatched grey.
 */
export function paintThresholds(out, { value, label }, width, colours, opacity, low, high, hidden) {
  const alpha = Math.round(255 * opacity);
  const [least, enough] = [low * 255, high * 255];
  for (let at = 0, to = 0; at < value.length; at++, to += 4) {
    if (value[at] >= enough && !hidden[label[at]]) {
      out[to] = colours[3 * label[at]];
      out[to + 1] = colours[3 * label[at] + 1];
      out[to + 2] = colours[3 * label[at] + 2];
      out[to + 3] = alpha;
    } else if (value[at] >= least && value[at] < enough) {
      const stripe = ((at % width) + Math.floor(at / width)) % 12 < 5;
      out[to] = out[to + 1] = out[to + 2] = stripe ? 255 : UNCERTAIN;
      out[to + 3] = stripe ? alpha * 0.55 : alpha * 0.35;
    } else {
      out[to + 3] = 0;
    }
  }
}

/**
 * Cosines of the patch grid, a rectangle per patch.
 *
 * @param low and high the cosines that get the table's first and last colour
 */
export function paintPatches(out, cosine, grid, size, table, opacity, low, high) {
  const alpha = Math.round(255 * opacity);
  const scale = 255 / Math.max(high - low, 1e-6);
  for (let y = 0, to = 0; y < size.height; y++) {
    const row = Math.floor((y * grid.height) / size.height) * grid.width;
    for (let x = 0; x < size.width; x++, to += 4) {
      const value = cosine[row + Math.floor((x * grid.width) / size.width)];
      const index = Math.round(Math.min(Math.max((value - low) * scale, 0), 255));
      out[to] = table[3 * index];
      out[to + 1] = table[3 * index + 1];
      out[to + 2] = table[3 * index + 2];
      out[to + 3] = alpha;
    }
  }
}

/** The share of pixels of each label, 256 entries. */
export function coverage(labels) {
  const shares = new Float64Array(256);
  for (const label of labels) {
    shares[label] += 1 / labels.length;
  }
  return shares;
}
