// The data set's images as a row of thumbnails, loaded as they come into view.

import { getBlob, getJson, isAbort } from './api.js';
import { byId, el, showProblem } from './dom.js';

const COUNT = 40; // images per request
const AT_ONCE = 3; // thumbnails asked for at a time

/**
 * @param splits of the server's info
 * @param open gets a listed image
 * @returns a function that marks the image with an id as the one shown
 */
export function startFilmstrip(splits, open) {
  const list = byId('thumbnails');
  const select = byId('split');
  const filled = splits.filter(({ size }) => size > 0);
  byId('strip').hidden = filled.length === 0;
  if (filled.length === 0) {
    return () => {};
  }
  const names = { val: 'Validation images', train: 'Training images', test: 'Test images' };
  select.replaceChildren(
    ...filled.map(({ split, size }) =>
      el('option', { value: split }, `${names[split] ?? split} (${size})`)));
  select.value = filled.find(({ split }) => split !== 'train')?.split ?? filled[0].split;
  const thumbnails = createThumbnails();
  let current = null;

  async function append(split, from) {
    let page;
    try {
      page = await getJson(`/api/images?split=${split}&from=${from}&count=${COUNT}`);
    } catch (error) {
      if (!isAbort(error)) {
        showProblem(error.message, () => append(split, from));
      }
      return;
    }
    if (select.value !== split) {
      return;
    }
    list.querySelector('.more')?.remove();
    list.append(...page.images.map(item));
    const next = from + page.images.length;
    if (next < page.size && page.images.length > 0) {
      const more = el('button', { type: 'button', onclick: () => append(split, next) }, 'More');
      list.append(el('li', { class: 'more' }, more));
    }
    mark(current);
  }

  function item(entry) {
    const image = el('img', { alt: '', width: 96, height: 72 });
    const names = entry.labels?.join(', ');
    const button = el(
      'button', { type: 'button', 'data-image': entry.id, onclick: () => show(entry) },
      image,
      el('span', { class: 'name' }, entry.name),
      el('span', { class: 'faint' }, (names ?? '') + (entry.annotated ? ' · corrected' : '')));
    thumbnails.observe(image, entry.id);
    return el('li', {}, button);
  }

  function mark(id) {
    current = id;
    for (const button of list.querySelectorAll('[data-image]')) {
      if (button.dataset.image === id) {
        button.setAttribute('aria-current', 'true');
      } else {
        button.removeAttribute('aria-current');
      }
    }
  }

  /** On a phone the picture is far above. */
  function show(entry) {
    scrollTo({ top: 0 });
    open(entry);
  }

  function fill() {
    list.replaceChildren();
    append(select.value, 0);
  }

  select.addEventListener('change', fill);
  fill();
  return mark;
}

/** Loads an image's thumbnail once its element is nearly in view. */
function createThumbnails() {
  const queue = [];
  let running = 0;
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) {
          observer.unobserve(target);
          queue.push(target);
          next();
        }
      }
    },
    { rootMargin: '200px' });

  async function next() {
    if (running === AT_ONCE || queue.length === 0) {
      return;
    }
    running++;
    const image = queue.shift();
    try {
      const url = URL.createObjectURL(await getBlob(`/api/images/${image.dataset.of}/thumbnail`));
      image.onload = () => URL.revokeObjectURL(url);
      image.src = url;
    } catch {
      image.classList.add('missing'); // its name still stands below
    }
    running--;
    next();
  }

  return {
    observe(image, id) {
      image.dataset.of = id;
      observer.observe(image);
    },
  };
}
