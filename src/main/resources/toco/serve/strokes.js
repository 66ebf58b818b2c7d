// Strokes of one image, with undo. Coordinates and radii are in pixels of the image.

export const UNKNOWN = 255; // the label that erases
export const MOST = { strokes: 1000, points: 20000 }; // that the server takes

export class Strokes {
  #done = [];
  #undone = [];

  /** @param strokes as the server sends them */
  constructor(strokes = []) {
    this.#done = strokes;
  }

  get list() {
    return this.#done;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  /** Whether the server would refuse one more point. */
  get isFull() {
    const points = this.#done.reduce((sum, stroke) => sum + stroke.points.length, 0);
    return this.#done.length >= MOST.strokes || points >= MOST.points;
  }

  /** Starts a stroke; as long as it has one point it is a disc. */
  begin(label, radiusPx, point) {
    this.#done = [...this.#done, { label, radiusPx, points: [rounded(point)] }];
    this.#undone = [];
  }

  /** Extends the last stroke, if the point is far enough from its last one to show. */
  extend(point) {
    const last = this.#done.at(-1);
    const [x, y] = last.points.at(-1);
    const far = Math.hypot(point[0] - x, point[1] - y);
    if (far < Math.max(1, last.radiusPx / 3) || this.isFull) {
      return false;
    }
    const longer = { ...last, points: [...last.points, rounded(point)] };
    this.#done = [...this.#done.slice(0, -1), longer];
    return true;
  }

  undo() {
    this.#undone = [...this.#undone, this.#done.at(-1)];
    this.#done = this.#done.slice(0, -1);
  }

  redo() {
    this.#done = [...this.#done, this.#undone.at(-1)];
    this.#undone = this.#undone.slice(0, -1);
  }

  clear() {
    this.#undone = [];
    this.#done = [];
  }
}

const rounded = ([x, y]) => [Math.floor(x * 10) / 10, Math.floor(y * 10) / 10];

/**
 * Draws strokes over a picture, later ones over earlier ones; what was erased is clear.
 *
 * @param context its unit is an image pixel
 * @param unit the size of a canvas pixel in image pixels
 * @param layer a canvas that is drawn on first, because erasing must spare the picture
 */
export function drawStrokes(context, unit, strokes, colours, layer) {
  const { canvas } = context;
  layer.width = canvas.width;
  layer.height = canvas.height;
  const ink = layer.getContext('2d');
  ink.setTransform(context.getTransform());
  ink.lineCap = ink.lineJoin = 'round';
  for (const stroke of strokes) {
    ink.globalCompositeOperation =
      stroke.label === UNKNOWN ? 'destination-out' : 'source-over';
    const [red, green, blue] = colours.subarray(3 * stroke.label, 3 * stroke.label + 3);
    const rim = stroke.label === UNKNOWN ? 0 : 2 * unit;
    for (const [colour, more] of [['#fff', rim], [`rgb(${red} ${green} ${blue})`, 0]]) {
      ink.strokeStyle = colour;
      ink.lineWidth = 2 * (stroke.radiusPx + more);
      ink.beginPath();
      stroke.points.forEach(([x, y], i) => (i ? ink.lineTo(x, y) : ink.moveTo(x, y)));
      ink.lineTo(...stroke.points.at(-1)); // a disc, if it is the only point
      ink.stroke();
    }
  }
  context.save();
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 0.85;
  context.drawImage(layer, 0, 0);
  context.restore();
}
