// The page: which conversation is shown, what its buttons do, and what happens when frames come.

import {Access} from './access.js';
import {alarm, announce, toast} from './announce.js';
import {adviceFor} from './advice.js';
import {Composer} from './composer.js';
import {Connection} from './connection.js';
import {copyText} from './copy.js';
import {byId, element} from './dom.js';
import {makeDrawers} from './drawers.js';
import {Flow, formatRate} from './flow.js';
import {fail, followedGeneration, isLive, newGeneration} from './generation.js';
import {History} from './history.js';
import {LinkState} from './link-state.js';
import {ModelPicker, Models} from './models.js';
import {requestOf} from './parameters.js';
import {tokensOf} from './probabilities.js';
import {Settings} from './settings.js';
import {Store} from './store.js';
import {Streams} from './streams.js';
import {Transcript} from './transcript.js';
import {Welcome} from './welcome.js';

const HIDDEN_RENDER_MS = 500; // a page in the background gets no animation frames
const REPLAY_WITHIN_MS = 20_000;

export class Page {
  #conversation;
  #editing = null; // the exchange whose prompt is in the composer
  #owners = new WeakMap(); // generation -> conversation
  #flows = new WeakMap(); // generation -> Flow
  #tokens = new WeakMap(); // generation -> tokens with their probabilities
  #dirty = new Set();
  #frame = 0;
  #timer = 0;

  constructor() {
    this.access = new Access(() => this.#onKey());
    this.store = new Store(localStorage, () => toast('This browser has no more room: new conversations are not kept.'));
    this.drawers = makeDrawers();
    this.settings = new Settings(byId('parameters'), () => this.#onSettings());
    this.composer = new Composer({onSend: (text) => this.send(text), onStop: () => this.stop()});
    this.transcript = new Transcript(this.#buttons());
    this.history = new History(byId('history'), (id) => this.remove(id));
    this.welcome = new Welcome((idea) => this.#useIdea(idea));
    this.link = new LinkState(() => this.connection.retryNow(), () => this.#cancelEdit());
    const key = () => this.access.key;
    this.connection = new Connection(socketUrl(), key, {
      onState: (state, retryAtMs) => this.#onLink(state, retryAtMs),
      onFrame: (frame) => this.streams.onFrame(frame),
    });
    this.streams = new Streams((frame) => this.connection.send(frame), {
      onChange: (generation, frame) => this.#onChange(generation, frame),
      onTrouble: (frame) => this.#onTrouble(frame),
    });
    this.picker = new ModelPicker(byId('model'), readModel(), (model) => keepModel(model));
    this.models = new Models(new URL('v1/models', document.baseURI), key, {
      onModels: (models) => this.#onModels(models),
      onUnreachable: () => {},
      onRefused: () => this.access.ask(),
    });
  }

  start() {
    this.#resumeLive();
    this.openFromAddress();
    addEventListener('hashchange', () => this.openFromAddress());
    addEventListener('storage', () => this.#showHistory());
    this.connection.open();
    this.models.ask();
    this.composer.focus();
  }

  // What is shown

  openFromAddress() {
    const address = new URLSearchParams(location.hash.slice(1));
    const id = address.get('c');
    if (id && id === this.#conversation?.id) {
      return;
    }
    const known = id ? this.store.get(id) : null;
    const request = address.get('r');
    if (known) {
      this.#show(known);
    } else if (request) {
      this.#followForeign(request);
    } else {
      this.newConversation(this.#conversation?.mode ?? 'chat');
    }
  }

  newConversation(mode) {
    this.#show(this.store.create(mode));
    this.drawers.closeOver();
    this.composer.focus();
  }

  setMode(mode) {
    if (this.#conversation.exchanges.length > 0) {
      this.newConversation(mode);
    } else {
      this.#conversation.mode = mode;
      this.#showMode();
    }
  }

  #show(conversation) {
    this.#editing = null;
    this.#conversation = conversation;
    for (const {generation} of conversation.exchanges) {
      this.#owners.set(generation, conversation);
    }
    this.transcript.show(conversation);
    const last = conversation.exchanges.at(-1)?.generation.model;
    if (last) {
      this.picker.choose(last);
    }
    this.#showMode();
    this.#showState();
    this.drawers.closeOver();
  }

  #showMode() {
    const {mode} = this.#conversation;
    document.querySelector(`#mode input[value="${mode}"]`).checked = true;
    this.composer.setMode(mode);
    this.settings.setMode(mode);
    this.welcome.setMode(mode);
  }

  /** All that depends on what the conversation holds and what of it is live. */
  #showState() {
    const live = this.#liveGeneration();
    const title = this.#conversation.title;
    this.welcome.show(this.#conversation.exchanges.length === 0, this.picker.isEmpty);
    this.composer.setLive(live !== null, live?.stopping ?? false);
    this.link.setEditing(this.#editing !== null);
    byId('title').textContent = title || 'New conversation';
    document.title = `${live ? '● ' : ''}${title ? `${title} · ` : ''}Weir`;
    const place = this.#conversation.exchanges.length > 0 ? `#c=${this.#conversation.id}${live?.id ? `&r=${live.id}` : ''}` : '';
    if (place !== location.hash) {
      const same = new URLSearchParams(location.hash.slice(1)).get('c') === this.#conversation.id;
      history[same ? 'replaceState' : 'pushState'](null, '', place || location.pathname + location.search);
    }
    this.#showHistory();
    this.#showFlow();
  }

  #showHistory() {
    const live = new Set([...this.store.live()].map(({conversation}) => conversation.id));
    this.history.show(this.store.list(), this.#conversation?.id ?? null, live);
  }

  #liveGeneration() {
    return this.#conversation.exchanges.findLast(({generation}) => isLive(generation))?.generation ?? null;
  }

  // What people do

  send(text) {
    const model = this.picker.model;
    if (!model) {
      alarm('No model is served yet. Start one with: services/weir up');
      toast('No model is served yet. Start one with services/weir up.');
      return false;
    }
    const fault = this.settings.firstFault();
    if (fault) {
      this.#change(fault);
      alarm(`${this.settings.labelOf(fault)} cannot be used as it is.`);
      return false;
    }
    const conversation = this.#conversation;
    if (this.#editing) {
      conversation.exchanges.splice(conversation.exchanges.indexOf(this.#editing));
      this.#editing = null;
      this.transcript.show(conversation);
    }
    const exchange = {prompt: text, generation: this.#begin(conversation, model)};
    conversation.exchanges.push(exchange);
    this.transcript.append(conversation, exchange);
    this.#submit(conversation, exchange);
    return true;
  }

  stop() {
    const live = this.#liveGeneration();
    if (live && !live.stopping) {
      this.streams.stop(live);
      announce('Stopping');
    }
  }

  again(exchange) {
    const conversation = this.#conversation;
    const model = this.picker.model;
    if (!model || this.settings.firstFault() || this.#liveGeneration()) {
      return model && !this.#liveGeneration() ? this.#change(this.settings.firstFault()) : toast('No model is free for that now.');
    }
    exchange.generation = this.#begin(conversation, model);
    this.transcript.show(conversation);
    this.#submit(conversation, exchange);
    this.composer.focus();
  }

  edit(exchange) {
    this.#editing = exchange;
    this.composer.text = exchange.prompt;
    this.composer.focus();
    this.#showState();
  }

  remove(id) {
    const conversation = this.store.remove(id);
    for (const {generation} of conversation?.exchanges ?? []) {
      if (isLive(generation)) {
        this.streams.stop(generation);
      }
    }
    if (id === this.#conversation.id) {
      this.newConversation(conversation?.mode ?? 'chat');
    }
    this.#showHistory();
    toast('Conversation deleted', 'Undo', () => {
      this.store.restore(conversation);
      this.#show(conversation);
    });
  }

  /** Esc: closes what is open, else stops what runs. */
  escape() {
    if (this.drawers.closeOver()) {
      return;
    }
    if (this.#editing) {
      this.#cancelEdit();
    } else {
      this.stop();
    }
  }

  #cancelEdit() {
    this.#editing = null;
    this.composer.text = '';
    this.composer.focus();
    this.#showState();
  }

  #useIdea(idea) {
    this.composer.text = idea;
    this.composer.focus();
  }

  #change(field) {
    this.drawers.settings.open();
    this.settings.focus(field);
  }

  #begin(conversation, model) {
    const generation = newGeneration(model, Date.now());
    generation.logprobs = this.settings.values.logprobs ?? false;
    this.#owners.set(generation, conversation);
    return generation;
  }

  #submit(conversation, exchange) {
    this.store.advance(conversation, Date.now());
    const asked = conversation.exchanges.indexOf(exchange) + 1;
    this.streams.submit(exchange.generation, requestOf(exchange.generation.model, this.settings.values, {...conversation, exchanges: conversation.exchanges.slice(0, asked)}));
    this.transcript.toEnd();
    this.#showState();
    announce(this.connection.isOpen ? 'Sent' : 'No connection: it is sent as soon as there is one.');
  }

  #buttons() {
    return {
      markdown: () => this.settings.values.markdown ?? true,
      copy: copyText,
      again: (exchange) => this.again(exchange),
      edit: (exchange) => this.edit(exchange),
      change: (field) => this.#change(field),
      labelOf: (field) => this.settings.labelOf(field),
      giveKey: () => this.access.ask(),
      rateOf: (generation) => this.#flows.get(generation)?.rate ?? null,
      probabilities: (generation) => this.#probabilitiesOf(generation),
    };
  }

  /** What came with the stream; after a reload it is read from the stream once more. */
  #probabilitiesOf(generation) {
    const here = this.#tokens.get(generation) ?? [];
    if (here.length === generation.taken) {
      return here;
    }
    return new Promise((resolve) => {
      const read = [];
      const done = () => resolve(read);
      const timer = setTimeout(done, REPLAY_WITHIN_MS);
      const taker = (frame) => {
        read.push(...tokensOf(frame));
        if (frame.type === 'finished' || frame.type === 'error') {
          clearTimeout(timer);
          this.#tokens.set(generation, read);
          done();
        }
      };
      if (!this.streams.replay(generation, taker)) {
        clearTimeout(timer);
        done();
      }
    });
  }

  // What the server does

  /** Goes on with every stream that had not ended when the page was left. */
  #resumeLive() {
    for (const {conversation, generation} of this.store.live()) {
      this.#owners.set(generation, conversation);
      if (generation.id) {
        this.streams.follow(generation);
      } else {
        fail(generation, 'unconfirmed', 'The page was left before the server confirmed the request.');
        this.store.touch(conversation);
      }
    }
  }

  #followForeign(request) {
    const conversation = this.store.create('chat');
    const generation = followedGeneration(request, Date.now());
    conversation.exchanges.push({prompt: null, generation});
    this.store.advance(conversation, Date.now());
    this.#show(conversation);
    this.streams.follow(generation);
  }

  #onChange(generation, frame) {
    const conversation = this.#owners.get(generation);
    this.store.touch(conversation);
    if (frame?.type === 'tokens') {
      const flow = this.#flows.get(generation) ?? new Flow();
      this.#flows.set(generation, flow);
      flow.add(generation.lastBornMs, generation.taken);
      if (frame.logprobs) {
        const tokens = this.#tokens.get(generation) ?? [];
        this.#tokens.set(generation, tokens);
        tokens.push(...tokensOf(frame));
      }
    } else {
      this.#onTurn(generation, conversation, frame);
    }
    this.#dirty.add(generation);
    this.#schedule();
  }

  /** A generation went from one phase to the next. */
  #onTurn(generation, conversation, frame) {
    if (!isLive(generation)) {
      this.store.flush();
    }
    if (generation.phase === 'failed') {
      const {title, next} = adviceFor(generation.error);
      alarm(`${title}. ${generation.error.message} ${next}`);
      if (generation.error.status === 401) {
        this.access.ask();
      }
    } else if (generation.phase === 'finished' && conversation === this.#conversation) {
      announce(generation.reason === 'cancelled' ? 'Stopped' : `Answer: ${generation.text}`);
    } else if (frame?.type === 'started' && conversation === this.#conversation) {
      announce('The answer begins');
    }
    this.#showState();
  }

  #onTrouble(frame) {
    if (frame.status === 401) {
      this.access.ask();
      return;
    }
    const {title, next} = adviceFor(frame);
    toast(`${title}. ${frame.message ?? ''} ${next}`);
  }

  #onModels(models) {
    this.picker.show(models);
    this.#showState();
  }

  #onKey() {
    this.models.ask();
    this.connection.restart();
  }

  #onLink(state, retryAtMs) {
    this.link.show(state, retryAtMs);
    if (state === 'open') {
      this.streams.onOpen();
      this.models.ask();
    } else if (state === 'waiting') {
      this.streams.onLost();
    }
  }

  #onSettings() {
    const markdown = this.settings.values.markdown ?? true;
    if (this.markdown !== markdown) {
      this.markdown = markdown;
      this.transcript?.rerender();
    }
  }

  // Drawing, once a frame at most

  #schedule() {
    if (this.#timer) {
      return;
    }
    this.#frame = requestAnimationFrame((nowMs) => this.#render(nowMs));
    this.#timer = setTimeout(() => this.#render(performance.now()), HIDDEN_RENDER_MS);
  }

  #render(nowMs) {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#timer = 0;
    for (const generation of this.#dirty) {
      this.transcript.update(generation, nowMs);
    }
    this.#dirty.clear();
    this.streams.rendered();
    this.#showFlow();
    if (this.transcript.reveal(nowMs)) {
      this.#schedule();
    }
  }

  #showFlow() {
    const live = this.#liveGeneration();
    const flow = live && this.#flows.get(live);
    byId('flow').hidden = !live;
    if (!flow) {
      byId('figures').textContent = '';
      return;
    }
    flow.draw(byId('gauge'));
    const rate = flow.rate;
    byId('figures').replaceChildren(rate === null ? 'Flowing' : element('strong', {}, formatRate(rate)), rate === null ? '' : ' tokens/s');
  }
}

function socketUrl() {
  const url = new URL('v1/ws', document.baseURI);
  url.protocol = url.protocol.replace('http', 'ws');
  return url;
}

function readModel() {
  return localStorage.getItem('weir.model') ?? '';
}

function keepModel(model) {
  localStorage.setItem('weir.model', model);
}
