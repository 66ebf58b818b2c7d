// A picture with what is drawn over it, on one canvas. The canvas has the picture's proportions and
// about the size of a screen; places are given in pixels of the image.

const LONGER_PX = { least: 720, most: 1280 };

export class Stage {
  #base = null;
  #overlay = document.createElement('canvas');
  #pixels = null;
  #frame = 0;
  #drawn = null;

  /** @param canvas is drawn on */
  constructor(canvas) {
    this.canvas = canvas;
    this.size = { width: 0, height: 0 };
    this.image = { widthPx: 1, heightPx: 1 };
  }

  /** Shows another picture, an ImageBitmap; `image` has its size in the image's own pixels. */
  setPicture(base, image) {
    const longer = Math.max(image.widthPx, image.heightPx);
    const scale = Math.min(Math.max(longer, LONGER_PX.least), LONGER_PX.most) / longer;
    this.image = image;
    this.size = {
      width: Math.max(1, Math.round(image.widthPx * scale)),
      height: Math.max(1, Math.round(image.heightPx * scale)),
    };
    Object.assign(this.canvas, this.size);
    Object.assign(this.#overlay, this.size);
    this.canvas.style.setProperty('--ratio', this.size.width / this.size.height);
    this.#pixels = new ImageData(this.size.width, this.size.height);
    this.#base = base;
  }

  /**
   * Draws with the next frame; of several calls before it, the last one counts.
   *
   * @param paint fills RGBA of the canvas's size, or null
   * @param decorate draws on the finished picture: gets the context, whose unit is an image pixel
   */
  draw(paint, decorate) {
    this.#drawn = { paint, decorate };
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  #render() {
    const { width, height } = this.size;
    if (!this.#base || !width) {
      return;
    }
    const context = this.canvas.getContext('2d');
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#base, 0, 0, width, height);
    if (this.#drawn.paint) {
      this.#drawn.paint(this.#pixels.data);
      this.#overlay.getContext('2d').putImageData(this.#pixels, 0, 0);
      context.drawImage(this.#overlay, 0, 0);
    }
    context.scale(width / this.image.widthPx, height / this.image.heightPx);
    this.#drawn.decorate?.(context, this.image.widthPx / width);
  }

  /** The place of a pointer event in pixels of the image, clamped to it. */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const { widthPx, heightPx } = this.image;
    const x = ((event.clientX - box.left) / box.width) * widthPx;
    const y = ((event.clientY - box.top) / box.height) * heightPx;
    return [
      Math.min(Math.max(x, 0), widthPx - 0.01),
      Math.min(Math.max(y, 0), heightPx - 0.01),
    ];
  }
}

/** Outlines a patch so that it is seen on any picture: white in black. */
export function outlinePatch(context, unit, { row, column }, grid, image) {
  const width = image.widthPx / grid.width;
  const height = image.heightPx / grid.height;
  for (const [colour, line] of [['#000', 7], ['#fff', 3.5]]) {
    context.strokeStyle = colour;
    context.lineWidth = line * unit;
    context.strokeRect(column * width, row * height, width, height);
  }
}
