// Shows how fast the live answer flows: beside the composer and below the answer, both of the same moment.

import {element} from './dom.js';
import {formatRate} from './flow.js';

const EVERY_MS = 200; // faster than this nobody can read figures

export class FlowMeter {
  #place;
  #gauge;
  #figures;
  #flowOf;
  #measure;
  #live = null;
  #shownMs = 0;
  #pulse = 0;

  /**
   * @param {{place: HTMLElement, gauge: SVGElement, figures: HTMLElement}} parts
   * @param {(generation: object) => Flow|undefined} flowOf
   * @param {(generation: object, nowMs: number) => void} measure shows the same below the answer
   */
  constructor({place, gauge, figures}, flowOf, measure) {
    this.#place = place;
    this.#gauge = gauge;
    this.#figures = figures;
    this.#flowOf = flowOf;
    this.#measure = measure;
  }

  /** @param {object|null} live the generation that streams; call it whenever something came */
  show(live, nowMs) {
    if (live !== this.#live || nowMs - this.#shownMs >= EVERY_MS) {
      this.#live = live;
      this.#draw(nowMs);
    }
  }

  /** Goes on by itself while the generation is live: a stream may pause, and silence counts too. */
  #draw(nowMs) {
    this.#shownMs = nowMs;
    const flow = this.#live ? this.#flowOf(this.#live) : undefined;
    const rate = flow?.rateAt(nowMs) ?? null;
    this.#place.hidden = !this.#live;
    this.#gauge.toggleAttribute('hidden', !flow);
    flow?.draw(this.#gauge, nowMs);
    this.#figures.replaceChildren(...(rate === null ? [] : [element('strong', {}, formatRate(rate)), ' tokens/s']));
    clearTimeout(this.#pulse);
    if (this.#live) {
      this.#measure(this.#live, nowMs);
      this.#pulse = setTimeout(() => this.#draw(performance.now()), EVERY_MS);
    }
  }
}
