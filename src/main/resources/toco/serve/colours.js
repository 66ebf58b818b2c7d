// Colour tables: 256 entries of RGB, in the order of values 0…255.

const VIRIDIS = [
  0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725,
];

/** Dark violet, blue-green, yellow: lightness increases evenly, also for colour-blind readers. */
export const viridis = table(VIRIDIS);

/** `#80ff00` as [128, 255, 0]. */
export function rgb(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colours of labels: entry 3·label is red. Labels without a class are black. */
export function labelColours(classes) {
  const colours = new Uint8Array(3 * 256);
  for (const { label, colour } of classes) {
    colours.set(rgb(colour), 3 * label);
  }
  return colours;
}

function table(anchors) {
  const entries = new Uint8Array(3 * 256);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (anchors.length - 1);
    const below = Math.min(Math.floor(place), anchors.length - 2);
    for (let channel = 0; channel < 3; channel++) {
      const shift = 16 - 8 * channel;
      const low = (anchors[below] >> shift) & 255;
      const high = (anchors[below + 1] >> shift) & 255;
      entries[3 * i + channel] = Math.round(low + (high - low) * (place - below));
    }
  }
  return entries;
}
