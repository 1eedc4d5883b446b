// All streams of this page on one connection: submits, follows, resumes after a break, asks again for what is missing.

import {fail, isLive, rewind, take, watched} from './generation.js';

const GRANT_AFTER = 64; // credit used and rendered before more is asked for; the server allows 256 unasked
const PICTURE_BYTES = 16 * 1024; // for one credit
const REPAIR_WITHIN_MS = 4_000;
const FINISHED_WITHIN_MS = 1_000; // after the error that caused it
const OF_A_COMMAND = new Set(['not_followed', 'already_followed']); // the stream had ended, or is there: nothing is wrong

export class Streams {
  #send;
  #listener;
  #refs = 0;
  #unsent = []; // [{generation, request}] while there is no connection
  #byRef = new Map(); // sent, not yet accepted
  #byId = new Map(); // live, followed
  #consumed = new Map(); // id -> credit used since the last grant
  #repairs = new Map(); // id -> {tries, timer}: a gap was seen
  #replays = new Map(); // id -> taker of frames
  #cancels = new Set(); // ids whose cancel could not be sent yet
  #troubles = new Map(); // id -> timer: an error came, and nothing after it yet

  /**
   * @param {(frame: object) => boolean} send false if there is no connection
   * @param {{onChange: (generation: object, frame: object|null) => void, onTrouble: (frame: object) => void}} listener
   */
  constructor(send, listener) {
    this.#send = send;
    this.#listener = listener;
  }

  submit(generation, request) {
    generation[watched] = true;
    this.#unsent.push({generation, request});
    this.#flush();
  }

  /** Goes on with a stream behind what was taken of it. */
  follow(generation) {
    this.#byId.set(generation.id, generation);
    this.#askFor(generation);
  }

  stop(generation) {
    generation.stopping = true;
    const waiting = this.#unsent.findIndex((one) => one.generation === generation);
    if (waiting >= 0) {
      this.#unsent.splice(waiting, 1);
      generation.phase = 'finished';
      generation.reason = 'cancelled';
    } else if (generation.id) {
      this.#cancel(generation.id);
    } // else: as soon as it is accepted
    this.#listener.onChange(generation, null);
  }

  /** Reads a finished stream once more from its beginning; `taker` gets its frames. */
  replay(generation, taker) {
    this.#replays.set(generation.id, taker);
    if (!this.#send({type: 'follow', id: generation.id, ...(generation.from && {from: generation.from})})) {
      this.#replays.delete(generation.id);
      return false;
    }
    return true;
  }

  /** What was taken is on the screen now: the server may send as much again. */
  rendered() {
    for (const [id, used] of this.#consumed) {
      if (used >= GRANT_AFTER && this.#send({type: 'credit', id, n: used})) {
        this.#consumed.set(id, 0);
      }
    }
  }

  onOpen() {
    for (const generation of this.#byId.values()) {
      this.#askFor(generation);
    }
    for (const id of this.#cancels) {
      this.#cancel(id);
    }
    this.#flush();
  }

  onLost() {
    // Whether these arrived, nobody can say: the reader decides whether to send them again.
    for (const generation of this.#byRef.values()) {
      fail(generation, 'unconfirmed', 'The connection broke before the server confirmed the request.');
      this.#listener.onChange(generation, null);
    }
    this.#byRef.clear();
    for (const generation of this.#byId.values()) {
      generation[watched] = false;
    }
    for (const taker of this.#replays.values()) {
      taker({type: 'error', code: 'unavailable', message: 'The connection broke.'});
    }
    this.#replays.clear();
    this.#consumed.clear();
  }

  onFrame(frame) {
    if (frame.type === 'error' && OF_A_COMMAND.has(frame.code)) {
      return;
    }
    const generation = this.#byRef.get(frame.ref) ?? this.#byId.get(frame.id);
    if (!generation) {
      this.#toReplay(frame);
      return;
    }
    const outcome = take(generation, frame, Date.now());
    if (outcome === 'gap') {
      this.#repair(generation);
      return;
    }
    this.#count(frame);
    if (outcome === 'dropped') {
      return;
    }
    if (frame.type === 'accepted') {
      this.#onAccepted(generation, frame.ref);
    } else if (frame.type === 'tokens' || frame.type === 'image' || frame.type === 'finished') {
      this.#endRepair(generation.id);
      this.#endTrouble(generation.id);
    } else if (frame.type === 'error' && isLive(generation)) {
      this.#onStreamError(generation, frame);
    }
    if (!isLive(generation)) {
      this.#leave(generation, frame.ref);
    }
    this.#listener.onChange(generation, frame);
  }

  #onAccepted(generation, ref) {
    this.#byRef.delete(ref);
    this.#byId.set(generation.id, generation);
    if (generation.stopping) {
      this.#cancel(generation.id);
    }
  }

  #leave(generation, ref) {
    this.#byRef.delete(ref);
    this.#byId.delete(generation.id);
    this.#consumed.delete(generation.id);
    this.#cancels.delete(generation.id);
    this.#endRepair(generation.id);
    this.#endTrouble(generation.id);
  }

  #toReplay(frame) {
    const taker = this.#replays.get(frame.id);
    if (taker) {
      this.#count(frame);
      if (frame.type === 'finished' || frame.type === 'error') {
        this.#replays.delete(frame.id);
        this.#consumed.delete(frame.id);
      }
      taker(frame);
    } else if (frame.type === 'error') {
      this.#listener.onTrouble(frame);
    }
  }

  #count(frame) {
    const cost = creditOf(frame);
    if (frame.id && cost > 0) {
      this.#consumed.set(frame.id, (this.#consumed.get(frame.id) ?? 0) + cost);
    }
  }

  #flush() {
    while (this.#unsent.length > 0) {
      const {generation, request} = this.#unsent[0];
      const ref = `r${++this.#refs}`;
      if (!this.#send({type: 'submit', ref, request, detach: true})) {
        return;
      }
      this.#unsent.shift();
      this.#byRef.set(ref, generation);
    }
  }

  #askFor(generation) {
    this.#consumed.delete(generation.id);
    const where = generation.cursor ? {after: generation.cursor} : generation.from ? {from: generation.from} : {};
    this.#send({type: 'follow', id: generation.id, ...where});
  }

  #cancel(id) {
    if (this.#send({type: 'cancel', id})) {
      this.#cancels.delete(id);
    } else {
      this.#cancels.add(id);
    }
  }

  /** Something is missing: first ask again behind the cursor, then from the beginning, then say so. */
  #repair(generation) {
    const id = generation.id;
    const repair = this.#repairs.get(id) ?? {tries: 0, timer: 0};
    if (repair.timer) {
      return; // under way; what is still in the pipe does not count
    }
    this.#repairs.set(id, repair);
    this.#tryRepair(generation, repair);
  }

  #tryRepair(generation, repair) {
    repair.tries += 1;
    console.warn(`stream ${generation.id}: a gap behind number ${generation.taken}, try ${repair.tries}`);
    this.#send({type: 'unfollow', id: generation.id});
    if (repair.tries > 2) {
      fail(generation, 'gap', `The stream has a gap behind its number ${generation.taken}.`);
      this.#leave(generation);
      this.#listener.onChange(generation, null);
      return;
    }
    if (repair.tries === 2) {
      rewind(generation);
    }
    this.#askFor(generation);
    repair.timer = setTimeout(() => this.#tryRepair(generation, repair), REPAIR_WITHIN_MS);
  }

  #endRepair(id) {
    const repair = this.#repairs.get(id);
    if (repair) {
      clearTimeout(repair.timer);
      this.#repairs.delete(id);
    }
  }

  /** Reading or cancelling went wrong, or the stream ends with this error and `finished` is on its way. */
  #onStreamError(generation, {code, status, retry_after_ms: retryAfterMs}) {
    if (code === 'cursor_gone' && generation.cursor) {
      rewind(generation);
      this.#askFor(generation);
      return;
    }
    const passes = status === 429 || status === 503;
    this.#endTrouble(generation.id);
    const then = () => {
      this.#troubles.delete(generation.id);
      if (passes) {
        this.#send({type: 'unfollow', id: generation.id});
        this.#askFor(generation);
        if (generation.stopping) {
          this.#cancel(generation.id);
        }
        return;
      }
      fail(generation);
      this.#leave(generation);
      this.#listener.onChange(generation, null);
    };
    this.#troubles.set(generation.id, setTimeout(then, passes ? Math.max(FINISHED_WITHIN_MS, retryAfterMs ?? 0) : FINISHED_WITHIN_MS));
  }

  #endTrouble(id) {
    clearTimeout(this.#troubles.get(id));
    this.#troubles.delete(id);
  }
}

/** What a frame takes of its stream's credit: a preview nothing, for it may be missed. */
function creditOf({type, data}) {
  switch (type) {
    case 'tokens':
      return 1;
    case 'image':
      return Math.max(1, Math.ceil(((data?.length ?? 0) * 3) / 4 / PICTURE_BYTES));
    default:
      return 0;
  }
}
