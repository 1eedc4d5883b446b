// The way from one picture to another: a slider through its frames.

import {element} from '../dom.js';
import {PixelCanvas} from './pixels.js';

export class Way {
  #pixels = new PixelCanvas('large');
  #slider;
  #told = element('span', {class: 'told'});
  #frames = [];
  #shown = null;

  /** @param {number} n frames, both ends among them */
  constructor(n) {
    this.#pixels.canvas.setAttribute('role', 'img');
    this.#slider = element('input', {type: 'range', min: 0, max: n - 1, step: 1, value: 0, 'aria-label': 'Way from the first picture to the second', on: {input: () => this.#paint()}});
    this.node = element('div', {class: 'way'}, this.#pixels.canvas, element('div', {class: 'way-slider'}, this.#slider, this.#told));
    this.#paint();
  }

  show(frames) {
    this.#frames = frames;
    this.#paint();
  }

  #paint() {
    const place = Number(this.#slider.value);
    const frame = this.#frames[place] ?? null;
    const text = `${place + 1} of ${Number(this.#slider.max) + 1}`;
    this.#told.textContent = text;
    this.#slider.setAttribute('aria-valuetext', text);
    this.#pixels.canvas.setAttribute('aria-label', `Frame ${text}`);
    this.#slider.disabled = this.#frames.length === 0;
    if (frame?.data && frame !== this.#shown) {
      this.#shown = frame;
      this.#pixels.show(frame);
    }
  }
}
