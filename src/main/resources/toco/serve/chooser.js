// Opening photographs: from a file, dropped anywhere on the page, or pasted.

import { byId, showProblem } from './dom.js';

/** @param open gets the chosen File */
export function startChooser(open) {
  const input = byId('file');
  input.addEventListener('change', () => {
    const [file] = input.files;
    if (file) {
      open(file);
    }
    input.value = ''; // so that the same file can be chosen again
  });

  let depth = 0; // entering a child comes before leaving its parent
  const highlight = (change) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle('dragging', depth > 0);
  };
  addEventListener('dragenter', () => highlight(1));
  addEventListener('dragleave', () => highlight(-1));
  addEventListener('dragover', (event) => event.preventDefault());
  addEventListener('drop', (event) => {
    event.preventDefault();
    highlight(-depth);
    take(event.dataTransfer, open);
  });
  addEventListener('paste', (event) => {
    if (!event.target.closest?.('input, textarea')) {
      take(event.clipboardData, open);
    }
  });
}

function take(transfer, open) {
  const files = [...(transfer?.files ?? [])];
  const file = files.find(({ type }) => type.startsWith('image/')) ?? files[0];
  if (file) {
    location.hash = '#look';
    open(file);
  } else {
    showProblem('There is no image in that; drop or paste a JPEG, PNG, WebP, TIFF or BMP file.');
  }
}
