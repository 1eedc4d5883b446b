// Fresh text comes in the colour of the water and settles into ink. It is done by the highlight API on top of finished
// text: nothing is wrapped, so selection, copying and assistive technology see plain text. Browsers without it skip it.

const STEP_MS = 130;
const STEPS = 3; // as many as there are ::highlight(fresh-N)

export class Reveal {
  #arrivals = []; // {atMs, length}, newest last
  #length = 0;
  #still = matchMedia('(prefers-reduced-motion: reduce)');

  /** Takes text as already there. */
  settle(length) {
    this.#length = length;
    this.#arrivals = [];
  }

  /**
   * @param {HTMLElement} container holds the text; what carries data-apart is no part of it
   * @param {number} length of the text now
   * @returns {boolean} true while something is still settling
   */
  show(container, length, nowMs) {
    if (!globalThis.Highlight || this.#still.matches) {
      return false;
    }
    if (length > this.#length) {
      this.#arrivals.push({atMs: nowMs, length: length - this.#length});
    }
    this.#length = length;
    this.#arrivals = this.#arrivals.filter(({atMs}) => nowMs - atMs < STEP_MS * STEPS);
    const ranges = Array.from({length: STEPS}, () => []);
    const tail = new Tail(container);
    for (const {atMs, length: characters} of this.#arrivals.toReversed()) {
      ranges[Math.min(STEPS - 1, Math.floor((nowMs - atMs) / STEP_MS))].push(...tail.take(characters));
    }
    ranges.forEach((own, i) => CSS.highlights.set(`fresh-${i}`, new Highlight(...own)));
    return this.#arrivals.length > 0;
  }
}

/** Walks the text of an element from its end. */
class Tail {
  #walker;
  #node;
  #end;

  constructor(container) {
    this.#walker = document.createTreeWalker(container, NodeFilter.SHOW_ALL, (node) =>
      node.nodeType === Node.ELEMENT_NODE && node.hasAttribute('data-apart')
        ? NodeFilter.FILTER_REJECT
        : node.nodeType === Node.TEXT_NODE ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP);
    this.#node = this.#walker.lastChild();
    this.#end = this.#node?.length ?? 0;
  }

  /** @returns {Range[]} over the last characters not taken yet */
  take(characters) {
    const ranges = [];
    let left = characters;
    while (this.#node && left > 0) {
      const start = Math.max(0, this.#end - left);
      const range = new Range();
      range.setStart(this.#node, start);
      range.setEnd(this.#node, this.#end);
      ranges.push(range);
      left -= this.#end - start;
      this.#end = start;
      if (start === 0) {
        this.#node = this.#walker.previousNode();
        this.#end = this.#node?.length ?? 0;
      }
    }
    return ranges;
  }
}
