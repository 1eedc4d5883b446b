// How fast tokens come. A weir measures the flow of a river; this measures ours.

const WINDOW_MS = 2_000; // of the moments in which tokens were made, so that a burst after a break shows no false speed
const MOST_SAMPLES = 512;
const POINTS = 48;
const POINT_EVERY_MS = 250;
const HICCUP_MS = 400; // a silence no longer than this is no pause: tokens come in batches

export class Flow {
  #samples = []; // {bornMs, index}: when the token of this index was made
  #points = []; // tokens/s, one each POINT_EVERY_MS
  #pointMs = 0;
  #arrivedMs = 0; // of the last sample, by this page's clock

  /**
   * @param {number} bornMs when the token was made, by the server's clock
   * @param {number} index of the token that was made then: the first of a frame
   * @param {number} nowMs performance.now() at its arrival
   */
  add(bornMs, index, nowMs) {
    this.#samples.push({bornMs, index});
    this.#arrivedMs = nowMs;
    while (this.#samples.length > MOST_SAMPLES || bornMs - this.#samples[0].bornMs > WINDOW_MS) {
      this.#samples.shift();
    }
    this.#addPoint(nowMs);
  }

  /**
   * Tokens per second over the last moments, or null as long as there is nothing to say. While nothing comes the
   * moments go on, and it sinks to 0.
   */
  rateAt(nowMs) {
    const last = this.#samples.at(-1);
    if (!last || last.bornMs - this.#samples[0].bornMs < 100) {
      return null;
    }
    const endMs = this.#endMs(nowMs);
    const first = this.#samples.find(({bornMs}) => endMs - bornMs <= WINDOW_MS);
    return first && first !== last ? ((last.index - first.index) * 1000) / (endMs - first.bornMs) : 0;
  }

  /** The end of the window, by the server's clock: the last token, and the silence behind it. */
  #endMs(nowMs) {
    return this.#samples.at(-1).bornMs + Math.max(0, nowMs - this.#arrivedMs - HICCUP_MS);
  }

  #addPoint(nowMs) {
    const rate = this.rateAt(nowMs);
    if (rate !== null && this.#endMs(nowMs) - this.#pointMs >= POINT_EVERY_MS) {
      this.#pointMs = this.#endMs(nowMs);
      this.#points.push(rate);
      this.#points.splice(0, this.#points.length - POINTS);
    }
  }

  /** Draws the course of the rate into an SVG of 96 x 20. */
  draw(svg, nowMs) {
    this.#addPoint(nowMs);
    const [area, line] = svg.children;
    const top = Math.max(1, ...this.#points) * 1.15;
    const step = 96 / (POINTS - 1); // from the left until it is full, then it moves
    const spots = this.#points.map((rate, i) => `${(i * step).toFixed(1)} ${(19 - (rate / top) * 18).toFixed(1)}`);
    const enough = spots.length > 2;
    line.setAttribute('d', enough ? `M${spots.join('L')}` : '');
    area.setAttribute('d', enough ? `M0 20L${spots.join('L')}L${((spots.length - 1) * step).toFixed(1)} 20Z` : '');
  }
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
