// Conversations, drawings and their streams: what is kept, what is asked, what comes. It shows nothing.

import {Connection} from './connection.js';
import {Drawings} from './gallery/drawings.js';
import {Flow} from './flow.js';
import {endUnconfirmed, followedGeneration, isLive, newGeneration} from './generation.js';
import {requestOf} from './parameters.js';
import {kept} from './storage.js';
import {CONVERSATIONS, Store} from './store.js';
import {Streams} from './streams.js';
import {TokenRecords} from './token-records.js';

export class Session {
  #owners = new WeakMap(); // generation -> conversation
  #flows = new WeakMap(); // generation -> Flow
  #listener;

  /**
   * @param {() => string|null} key
   * @param {object} listener onTokens(generation), onTurn(generation, conversation, frame), onTrouble(frame),
   *     onLink(state, retryAtMs), onFull(), onDrawing(generation, drawing, frame)
   */
  constructor(key, listener) {
    this.#listener = listener;
    this.store = new Store(kept, CONVERSATIONS, listener.onFull);
    this.connection = new Connection(socketUrl(), key, {
      onState: (state, retryAtMs) => this.#onLink(state, retryAtMs),
      onFrame: (frame) => this.streams.onFrame(frame),
    });
    this.streams = new Streams((frame) => this.connection.send(frame), {
      onChange: (generation, frame) => this.#onChange(generation, frame),
      onTrouble: listener.onTrouble,
    });
    this.drawings = new Drawings(this.streams, kept, {onChange: listener.onDrawing, onFull: listener.onFull});
    this.tokens = new TokenRecords((generation, taker) => this.streams.replay(generation, taker));
  }

  /** Goes on with every stream that had not ended when the page was left, and opens the connection. */
  start() {
    for (const {owner, generation} of this.store.live()) {
      this.#owners.set(generation, owner);
      if (generation.id) {
        this.streams.follow(generation);
      } else {
        endUnconfirmed(generation);
        this.store.touch(owner);
      }
    }
    this.drawings.start();
    this.connection.open();
  }

  /** @returns the conversation of a request; a new one that follows its stream if the request was made elsewhere */
  followRequest(request) {
    const known = this.store.list().map(({id}) => this.store.get(id)).find((one) => one?.exchanges.some(({generation}) => generation.id === request));
    if (known) {
      return known;
    }
    const conversation = this.store.create({mode: 'chat', exchanges: []});
    const generation = followedGeneration(request, Date.now());
    conversation.exchanges.push({prompt: null, generation});
    this.#owners.set(generation, conversation);
    this.store.advance(conversation, Date.now());
    this.streams.follow(generation);
    return conversation;
  }

  /** @returns an exchange that `submit` sends: its prompt, and an answer that has not begun */
  newExchange(conversation, prompt, model, values) {
    const generation = newGeneration(model, Date.now());
    generation.logprobs = values.logprobs ?? false;
    this.#owners.set(generation, conversation);
    return {prompt, generation};
  }

  /** Asks for the answer to an exchange, given what was said before it. */
  submit(conversation, exchange, values) {
    this.store.advance(conversation, Date.now());
    const exchanges = conversation.exchanges.slice(0, conversation.exchanges.indexOf(exchange) + 1);
    const request = requestOf(exchange.generation.model, values, {...conversation, exchanges});
    this.streams.submit(exchange.generation, request);
  }

  /** Forgets a conversation; what streams in it stops. */
  remove(id) {
    const conversation = this.store.remove(id);
    for (const {generation} of conversation?.exchanges ?? []) {
      if (isLive(generation)) {
        this.#owners.set(generation, conversation);
        this.streams.stop(generation);
      }
    }
    return conversation;
  }

  /** How fast a stream flows; undefined before its first token. */
  flowOf(generation) {
    return this.#flows.get(generation);
  }

  /** The conversations in which something streams. */
  liveIds() {
    return new Set([...this.store.live()].map(({owner}) => owner.id));
  }

  #onChange(generation, frame) {
    if (this.drawings.owns(generation)) {
      this.drawings.onChange(generation, frame);
      return;
    }
    const conversation = this.#owners.get(generation);
    this.store.touch(conversation);
    if (frame?.type === 'tokens') {
      const flow = this.#flows.get(generation) ?? new Flow();
      this.#flows.set(generation, flow);
      flow.add(generation.lastBornMs, frame.first_index, performance.now());
      this.tokens.take(generation, frame);
      this.#listener.onTokens(generation);
      return;
    }
    if (!isLive(generation)) {
      this.store.flush();
    }
    this.#listener.onTurn(generation, conversation, frame);
  }

  #onLink(state, retryAtMs) {
    if (state === 'open') {
      this.streams.onOpen();
    } else if (state === 'waiting') {
      this.streams.onLost();
    }
    this.#listener.onLink(state, retryAtMs);
  }
}

function socketUrl() {
  const url = new URL('v1/ws', document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}
