// Calls back once a frame at most; also in a page in the background, which gets no animation frames.
// The times it tells never go back: a frame has the time of its beginning, which can lie before a timer's run.

const HIDDEN_MS = 500;

export class Painter {
  #paint;
  #frame = 0;
  #timer = 0;
  #lastMs = 0;

  /** @param {(nowMs: number) => boolean} paint true: once more in the next frame */
  constructor(paint) {
    this.#paint = paint;
  }

  schedule() {
    if (this.#timer === 0) {
      this.#frame = requestAnimationFrame((nowMs) => this.#run(nowMs));
      this.#timer = setTimeout(() => this.#run(performance.now()), HIDDEN_MS);
    }
  }

  #run(nowMs) {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#lastMs = Math.max(this.#lastMs, nowMs);
    if (this.#paint(this.#lastMs)) {
      this.schedule();
    }
  }
}
