// The tool of the tab Correct: a brush for the pointer, and a cross for the keys.

import { announce } from './dom.js';
import { drawStrokes } from './strokes.js';

/**
 * @param correction `strokes`, `label`, `radiusPx`, `undo`, `redo`, and `touched`, which is called
 *   after each change
 */
export function createBrush(correction) {
  const layer = document.createElement('canvas');
  let drawing = false;
  let cross = null; // where the keys would draw
  let hover = null; // where the pointer is

  function begin(point) {
    if (correction.strokes.isFull) {
      announce('This image has as many strokes as can be saved.');
      return false;
    }
    correction.strokes.begin(correction.label, correction.radiusPx, point);
    return true;
  }

  return {
    pointer(event, point, canvas) {
      cross = null;
      hover = event.type === 'pointerleave' ? null : point;
      if (event.type === 'pointerdown' && event.button === 0) {
        canvas.setPointerCapture(event.pointerId);
        drawing = begin(point);
      } else if (event.type === 'pointermove' && drawing) {
        correction.strokes.extend(point);
      } else if (event.type === 'pointerup' || event.type === 'pointercancel') {
        drawing = false;
      }
      correction.touched();
    },

    key(event, arrow) {
      const { widthPx, heightPx } = correction.image();
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') {
        (event.shiftKey ? correction.redo : correction.undo)();
        return true;
      }
      cross ??= [widthPx / 2, heightPx / 2];
      if (arrow) {
        const step = Math.max(1, Math.max(widthPx, heightPx) * (event.shiftKey ? 0.1 : 0.02));
        cross = [
          Math.min(Math.max(cross[0] + arrow[0] * step, 0), widthPx - 0.1),
          Math.min(Math.max(cross[1] + arrow[1] * step, 0), heightPx - 0.1),
        ];
        announce(`Column ${Math.round(cross[0])}, row ${Math.round(cross[1])}`);
      } else if (event.key === ' ' || event.key === 'Enter') {
        begin(cross);
        announce(`Point of ${correction.labelName()} drawn.`);
      } else {
        return false;
      }
      correction.touched();
      return true;
    },

    decorate(context, unit, stage, state) {
      drawStrokes(context, unit, correction.strokes.list, state.colours, layer);
      const at = cross ?? hover;
      if (at) {
        for (const [colour, width] of [['#000', 3], ['#fff', 1.5]]) {
          context.strokeStyle = colour;
          context.lineWidth = width * unit;
          context.beginPath();
          context.arc(...at, correction.radiusPx, 0, 2 * Math.PI);
          if (cross) {
            const arm = correction.radiusPx + 8 * unit;
            context.moveTo(at[0] - arm, at[1]);
            context.lineTo(at[0] + arm, at[1]);
            context.moveTo(at[0], at[1] - arm);
            context.lineTo(at[0], at[1] + arm);
          }
          context.stroke();
        }
      }
    },
  };
}
