// Conversations, kept in this browser. Each is one entry of localStorage, so that a write is whole or not at all.

import {isLive} from './generation.js';

const INDEX = 'weir.conversations';
const ENTRY = 'weir.conversation.';
const MOST_CONVERSATIONS = 60;
const WRITE_EVERY_MS = 400;
const LONGEST_TITLE = 64;

export class Store {
  #storage;
  #open = new Map(); // id -> conversation, the one object that everybody shares
  #dirty = new Set();
  #timer = 0;
  #onFull;

  /**
   * @param {Storage} storage
   * @param {() => void} onFull called once when the browser gives no more room
   */
  constructor(storage, onFull) {
    this.#storage = storage;
    this.#onFull = onFull;
    addEventListener('pagehide', () => this.flush());
    document.addEventListener('visibilitychange', () => this.flush());
  }

  /** @returns {{id: string, title: string, updatedMs: number}[]} newest first */
  list() {
    try {
      const index = JSON.parse(this.#storage.getItem(INDEX) ?? '[]');
      return Array.isArray(index) ? index : [];
    } catch {
      return []; // somebody else's writing: begin anew
    }
  }

  create(mode) {
    const now = Date.now();
    const conversation = {id: newId(), title: '', mode, createdMs: now, updatedMs: now, exchanges: []};
    this.#open.set(conversation.id, conversation);
    return conversation;
  }

  /** @returns the conversation, or null if this browser does not know it */
  get(id) {
    const open = this.#open.get(id);
    if (open) {
      return open;
    }
    try {
      const read = JSON.parse(this.#storage.getItem(ENTRY + id) ?? 'null');
      if (!read || !Array.isArray(read.exchanges)) {
        return null;
      }
      this.#open.set(id, read);
      return read;
    } catch {
      return null;
    }
  }

  /** Every generation that had not ended when it was written, with its conversation. */
  *live() {
    for (const {id} of this.list()) {
      const conversation = this.get(id);
      for (const {generation} of conversation?.exchanges ?? []) {
        if (isLive(generation)) {
          yield {conversation, generation};
        }
      }
    }
  }

  /** Notes a change, to be written soon. */
  touch(conversation) {
    this.#dirty.add(conversation);
    this.#timer ||= setTimeout(() => this.flush(), WRITE_EVERY_MS);
  }

  /** Notes that the conversation goes on: it moves to the top of the list. */
  advance(conversation, nowMs) {
    conversation.updatedMs = nowMs;
    conversation.title ||= titleOf(conversation);
    const others = this.list().filter(({id}) => id !== conversation.id);
    const {id, title, updatedMs} = conversation;
    this.#writeIndex([{id, title, updatedMs}, ...others]);
    this.touch(conversation);
    this.flush();
  }

  remove(id) {
    const conversation = this.get(id);
    this.#dirty.delete(conversation);
    this.#open.delete(id);
    this.#writeIndex(this.list().filter((entry) => entry.id !== id));
    this.#storage.removeItem(ENTRY + id);
    return conversation;
  }

  restore(conversation) {
    this.#open.set(conversation.id, conversation);
    const {id, title, updatedMs} = conversation;
    const index = [...this.list(), {id, title, updatedMs}].sort((a, b) => b.updatedMs - a.updatedMs);
    this.#writeIndex(index);
    this.touch(conversation);
  }

  flush() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    for (const conversation of this.#dirty) {
      if (conversation.exchanges.length > 0) {
        this.#write(ENTRY + conversation.id, JSON.stringify(conversation), conversation.id);
      }
    }
    this.#dirty.clear();
  }

  #writeIndex(index) {
    for (const {id} of index.slice(MOST_CONVERSATIONS)) {
      this.#storage.removeItem(ENTRY + id);
      this.#open.delete(id);
    }
    this.#write(INDEX, JSON.stringify(index.slice(0, MOST_CONVERSATIONS)), null);
  }

  /** Writes; where there is no more room the oldest conversations make some. */
  #write(key, text, keepId) {
    for (;;) {
      try {
        this.#storage.setItem(key, text);
        return;
      } catch {
        const oldest = this.list().findLast(({id}) => id !== keepId);
        if (!oldest || key === INDEX) {
          this.#onFull();
          return;
        }
        this.remove(oldest.id);
      }
    }
  }
}

function titleOf(conversation) {
  const first = conversation.exchanges[0]?.prompt?.trim().split('\n')[0] ?? '';
  if (!first) {
    return 'A followed stream';
  }
  return first.length > LONGEST_TITLE ? `${first.slice(0, LONGEST_TITLE - 1)}…` : first;
}

/** Random; not crypto.randomUUID, which pages that came over plain HTTP lack. */
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(9)), (byte) => byte.toString(36).padStart(2, '0')).join('');
}
