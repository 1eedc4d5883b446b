// How fast tokens come. A weir measures the flow of a river; this measures ours.

import {element} from './dom.js';

const WINDOW_MS = 2_000; // of the moments in which tokens were made, so that a burst after a break shows no false speed
const MOST_SAMPLES = 512;
const POINTS = 48;
const POINT_EVERY_MS = 250;

export class Flow {
  #samples = []; // {bornMs, index}: when the token of this index was made
  #points = []; // tokens/s, one each POINT_EVERY_MS
  #pointMs = 0;

  /** @param {number} index of the token that was made then: the first of a frame */
  add(bornMs, index) {
    this.#samples.push({bornMs, index});
    while (this.#samples.length > MOST_SAMPLES || bornMs - this.#samples[0].bornMs > WINDOW_MS) {
      this.#samples.shift();
    }
    if (this.rate !== null && bornMs - this.#pointMs >= POINT_EVERY_MS) {
      this.#pointMs = bornMs;
      this.#points.push(this.rate);
      this.#points.splice(0, this.#points.length - POINTS);
    }
  }

  /** Tokens per second over the last moments, or null as long as there is nothing to say. */
  get rate() {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || last.bornMs - first.bornMs < 100) {
      return null;
    }
    return ((last.index - first.index) * 1000) / (last.bornMs - first.bornMs);
  }

  /** Draws the course of the rate into an SVG of 96 x 20. */
  draw(svg) {
    const [area, line] = svg.children;
    const top = Math.max(1, ...this.#points) * 1.15;
    const step = 96 / (POINTS - 1); // from the left until it is full, then it moves
    const spots = this.#points.map((rate, i) => `${(i * step).toFixed(1)} ${(19 - (rate / top) * 18).toFixed(1)}`);
    const enough = spots.length > 2;
    line.setAttribute('d', enough ? `M${spots.join('L')}` : '');
    area.setAttribute('d', enough ? `M0 20L${spots.join('L')}L${((spots.length - 1) * step).toFixed(1)} 20Z` : '');
  }
}

/** Shows the rate and its course; nothing while there is no flow. */
export function showFlow(flow, gauge, figures) {
  gauge.toggleAttribute('hidden', !flow);
  flow?.draw(gauge);
  const rate = flow?.rate ?? null;
  figures.replaceChildren(...(rate === null ? [] : [element('strong', {}, formatRate(rate)), ' tokens/s']));
}

/** Tokens per second of a whole stream: by the server's clock where it tells, else by the births of tokens. */
export function overallRate({taken, timings, firstBornMs, lastBornMs}) {
  const decodeMs = timings?.decode_ms || lastBornMs - firstBornMs;
  return taken > 1 && decodeMs > 0 ? ((taken - 1) * 1000) / decodeMs : null;
}

export function formatRate(rate) {
  return rate >= 100 ? rate.toFixed(0) : rate.toFixed(1);
}

export function formatSeconds(ms) {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
