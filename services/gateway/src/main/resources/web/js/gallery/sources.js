// The pictures that the next drawing begins with: none, one to vary, or two to go from one to the other.

import {action, element} from '../dom.js';
import {PixelCanvas} from './pixels.js';

export class Sources {
  #place;
  #onChange;
  #own = []; // {picture, name}

  /** @param {HTMLElement} place where they are shown */
  constructor(place, onChange) {
    this.#place = place;
    this.#onChange = onChange;
  }

  get count() {
    return this.#own.length;
  }

  /** @returns {{data: string, mediaType: string}[]} */
  get pictures() {
    return this.#own.map(({picture}) => picture);
  }

  /** Where there are two already, it takes the place of the second. @param {string} name for those who do not see it */
  add({data, mediaType}, name) {
    this.#own = [...this.#own.slice(0, 1), {picture: {data, mediaType}, name}];
    this.#changed();
  }

  clear() {
    this.#own = [];
    this.#changed();
  }

  #changed() {
    const two = this.#own.length === 2;
    this.#place.hidden = this.#own.length === 0;
    const figures = this.#own.map(({picture, name}, i) => element('li', {}, thumbnail(picture, name),
      action('close', 'Remove', () => {
        this.#own.splice(i, 1);
        this.#changed();
      }, {'aria-label': `Remove ${name}`})));
    this.#place.replaceChildren(
      element('p', {}, two ? 'The way from one to the other, in 8 pictures' : 'Variations of this picture. Pick another one to go from this to that.'),
      element('ul', {}, ...figures));
    this.#onChange();
  }
}

/** A small picture with a name. */
export function thumbnail(picture, name) {
  const pixels = new PixelCanvas('thumbnail');
  pixels.canvas.setAttribute('role', 'img');
  pixels.canvas.setAttribute('aria-label', name);
  pixels.show(picture);
  return pixels.canvas;
}
