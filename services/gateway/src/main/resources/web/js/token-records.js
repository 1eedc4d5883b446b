// The probabilities of tokens. They are too many to keep in the browser: what came with a stream stays in memory, and
// after a reload it is read from the stream once more.

import {tokensOf} from './probabilities.js';

const REPLAY_WITHIN_MS = 20_000;

export class TokenRecords {
  #replay;
  #tokens = new WeakMap(); // generation -> tokens

  /** @param {(generation: object, taker: (frame: object) => void) => boolean} replay false if that is not possible now */
  constructor(replay) {
    this.#replay = replay;
  }

  take(generation, frame) {
    if (frame.logprobs) {
      const tokens = this.#tokens.get(generation) ?? [];
      tokens.push(...tokensOf(frame));
      this.#tokens.set(generation, tokens);
    }
  }

  /** @returns {object[]|Promise<object[]>} as many as could be read */
  of(generation) {
    const here = this.#tokens.get(generation) ?? [];
    if (here.length === generation.taken) {
      return here;
    }
    return new Promise((resolve) => {
      const read = [];
      const timer = setTimeout(() => resolve(read), REPLAY_WITHIN_MS);
      const end = () => {
        clearTimeout(timer);
        this.#tokens.set(generation, read);
        resolve(read);
      };
      const taker = (frame) => {
        read.push(...tokensOf(frame));
        if (frame.type === 'finished' || frame.type === 'error') {
          end();
        }
      };
      if (!this.#replay(generation, taker)) {
        end();
      }
    });
  }
}
