// Conversations, or drawings, kept in this browser. Each is one entry of localStorage, so that a write is whole or not at all.

import {isLive} from './generation.js';

const MOST_CONVERSATIONS = 60;
const WRITE_EVERY_MS = 400;
const LONGEST_TITLE = 64;

/**
 * What is kept, and where.
 *
 * @typedef {object} Kind
 * @property {string} index where the list is
 * @property {string} entry what the place of each begins with
 * @property {(entry: object) => object[]} generationsOf
 * @property {(entry: object) => string} titleOf
 * @property {(entry: object) => object} summaryOf what the list says of it: `id`, `updatedMs` and more
 * @property {(index: object[]) => object[]} within those of the list, newest first, that there is room for
 */

/** @type {Kind} */
export const CONVERSATIONS = {
  index: 'weir.conversations',
  entry: 'weir.conversation.',
  generationsOf: ({exchanges}) => exchanges.map(({generation}) => generation),
  titleOf: ({exchanges}) => shortened(exchanges[0]?.prompt) || 'A followed stream',
  summaryOf: ({id, title, updatedMs}) => ({id, title, updatedMs}),
  within: (index) => index.slice(0, MOST_CONVERSATIONS),
};

export class Store {
  #storage;
  #kind;
  #open = new Map(); // id -> entry, the one object that everybody shares
  #dirty = new Set();
  #timer = 0;
  #onFull;

  /**
   * @param {Storage} storage
   * @param {Kind} kind
   * @param {() => void} onFull called when the browser gives no more room
   */
  constructor(storage, kind, onFull) {
    this.#storage = storage;
    this.#kind = kind;
    this.#onFull = onFull;
    addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => this.flush());
  }

  /** @returns {{id: string, updatedMs: number}[]} summaries, newest first */
  list() {
    try {
      const index = JSON.parse(this.#storage.getItem(this.#kind.index) ?? '[]');
      return Array.isArray(index) ? index : [];
    } catch {
      return []; // somebody else's writing: begin anew
    }
  }

  /** @param {object} fields what it holds beside its id, title and times */
  create(fields) {
    const now = Date.now();
    const entry = {id: newId(), title: '', createdMs: now, updatedMs: now, ...fields};
    this.#open.set(entry.id, entry);
    return entry;
  }

  /** @returns the entry, or null if this browser does not know it */
  get(id) {
    const open = this.#open.get(id);
    if (open) {
      return open;
    }
    try {
      const read = JSON.parse(this.#storage.getItem(this.#kind.entry + id) ?? 'null');
      this.#kind.generationsOf(read); // which throws if this is none
      this.#open.set(id, read);
      return read;
    } catch {
      return null;
    }
  }

  /** Every generation that had not ended when it was written, with what it belongs to. */
  *live() {
    for (const {id} of this.list()) {
      const owner = this.get(id);
      for (const generation of owner ? this.#kind.generationsOf(owner) : []) {
        if (isLive(generation)) {
          yield {owner, generation};
        }
      }
    }
  }

  /** Notes a change, to be written soon. */
  touch(entry) {
    this.#dirty.add(entry);
    this.#timer ||= setTimeout(() => this.flush(), WRITE_EVERY_MS);
  }

  /** Notes that it goes on: it moves to the top of the list. */
  advance(entry, nowMs) {
    entry.updatedMs = nowMs;
    entry.title ||= this.#kind.titleOf(entry);
    const others = this.list().filter(({id}) => id !== entry.id);
    this.#writeIndex([this.#kind.summaryOf(entry), ...others]);
    this.touch(entry);
    this.flush();
  }

  remove(id) {
    const entry = this.get(id);
    this.#dirty.delete(entry);
    this.#open.delete(id);
    this.#writeIndex(this.list().filter((one) => one.id !== id));
    this.#storage.removeItem(this.#kind.entry + id);
    return entry;
  }

  restore(entry) {
    this.#open.set(entry.id, entry);
    const index = [...this.list(), this.#kind.summaryOf(entry)].sort((a, b) => b.updatedMs - a.updatedMs);
    this.#writeIndex(index);
    this.touch(entry);
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    for (const entry of this.#dirty) {
      // What was removed while it streamed changes once more, by its end.
      if (this.#open.get(entry.id) === entry && this.#kind.generationsOf(entry).length > 0) {
        this.#write(this.#kind.entry + entry.id, JSON.stringify(entry), entry.id);
      }
    }
    this.#dirty.clear();
  }

  #writeIndex(index) {
    const within = this.#kind.within(index);
    for (const {id} of index.slice(within.length)) {
      this.#storage.removeItem(this.#kind.entry + id);
      this.#dirty.delete(this.#open.get(id));
      this.#open.delete(id);
    }
    this.#write(this.#kind.index, JSON.stringify(within), null);
  }

  /** Writes; where there is no more room the oldest of the same kind make some. */
  #write(key, text, keepId) {
    for (;;) {
      try {
        this.#storage.setItem(key, text);
        return;
      } catch {
        const oldest = this.list().findLast(({id}) => id !== keepId);
        if (!oldest || key === this.#kind.index) {
          this.#onFull();
          return;
        }
        this.remove(oldest.id);
      }
    }
  }
}

/** The first line of a text, as long as a title may be. */
export function shortened(text) {
  const first = text?.trim().split('\n')[0] ?? '';
  return first.length > LONGEST_TITLE ? `${first.slice(0, LONGEST_TITLE - 1)}…` : first;
}

/** Random; not crypto.randomUUID, which pages that came over plain HTTP lack. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36).padStart(2, '0')).join('');
}
