// The page: which conversation is shown, what its buttons do, and what is drawn when something comes.

import {readAddress, writeAddress} from './address.js';
import {adviceFor} from './advice.js';
import {alarm, announce, toast} from './announce.js';
import {Composer} from './composer.js';
import {copyText} from './copy.js';
import {byId} from './dom.js';
import {makeDrawers} from './drawers.js';
import {FlowMeter} from './flow-meter.js';
import {isLive} from './generation.js';
import {History} from './history.js';
import {LinkState} from './link-state.js';
import {ModelPicker} from './models.js';
import {Painter} from './painter.js';
import {Settings} from './settings.js';
import {Transcript} from './transcript.js';
import {Welcome} from './welcome.js';

const LONGEST_PROMPT = 1_000_000; // characters: what the server takes, less some room

export class Page {
  #conversation;
  #editing = null; // the exchange whose prompt is in the composer
  #shown = false; // until setShown: the address may be that of the gallery
  #dirty = new Set(); // generations to draw
  #painter = new Painter((nowMs) => this.#paint(nowMs));

  /**
   * @param {Session} session whose events come by the methods named on...
   * @param {Access} access asked where a key is wanted
   */
  constructor(session, access) {
    this.session = session;
    this.access = access;
    this.drawers = makeDrawers();
    this.settings = new Settings(byId('parameters'), (name) => name === 'markdown' && this.transcript.rerender());
    this.composer = new Composer({onSend: (text) => this.send(text), onStop: () => this.stop()});
    this.transcript = new Transcript(this.#buttons());
    this.flowMeter = new FlowMeter(
      {place: byId('flow'), gauge: byId('gauge'), figures: byId('figures')},
      (generation) => this.session.flowOf(generation),
      (generation, nowMs) => this.transcript.measure(generation, nowMs));
    this.history = new History(byId('history'), (id) => this.remove(id));
    this.welcome = new Welcome((idea) => this.#useIdea(idea));
    this.link = new LinkState(() => this.session.connection.retryNow(), () => this.#cancelEdit());
    this.picker = new ModelPicker(byId('model'), byId('model-facts'), () => this.#onModelChosen());
    addEventListener('storage', () => this.#showHistory());
  }

  // What is shown

  /** Comes in sight, or gives way to the gallery. */
  setShown(shown) {
    this.#shown = shown;
    this.#showState();
  }

  openFromAddress() {
    const {gallery, conversation: id, request} = readAddress();
    if (gallery) {
      this.#conversation ?? this.#show(this.session.store.create({mode: 'chat', exchanges: []}));
      return;
    }
    if (id && id === this.#conversation?.id) {
      return;
    }
    const known = id ? this.session.store.get(id) : null;
    if (known) {
      this.#show(known);
    } else if (request) {
      this.#show(this.session.followRequest(request));
    } else {
      this.newConversation(this.#conversation?.mode ?? 'chat');
    }
  }

  newConversation(mode) {
    this.#show(this.session.store.create({mode, exchanges: []}));
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
    const {id, title, exchanges} = this.#conversation;
    this.welcome.show(exchanges.length === 0, this.picker.isEmpty);
    this.composer.setLive(live !== null, live?.stopping ?? false);
    this.link.setEditing(this.#shown && this.#editing !== null);
    if (this.#shown) {
      byId('title').textContent = title || 'New conversation';
      document.title = `${live ? '● ' : ''}${title ? `${title} · ` : ''}Weir`;
      writeAddress(exchanges.length > 0 ? id : null, live?.id);
    }
    this.#showHistory();
    this.flowMeter.show(live, performance.now());
  }

  #showHistory() {
    this.history.show(this.session.store.list(), this.#shown ? (this.#conversation?.id ?? null) : null, this.session.liveIds());
  }

  #liveGeneration() {
    return this.#conversation.exchanges.findLast(({generation}) => isLive(generation))?.generation ?? null;
  }

  // What people do

  /** @returns {boolean} false if it cannot be sent, and people were told why */
  send(text) {
    const model = this.#readyModel();
    if (!model) {
      return false;
    }
    if (text.length > LONGEST_PROMPT) {
      toast(`A prompt has at most ${LONGEST_PROMPT.toLocaleString()} characters; this one has ${text.length.toLocaleString()}.`);
      return false;
    }
    const conversation = this.#conversation;
    if (this.#editing) {
      conversation.exchanges.splice(conversation.exchanges.indexOf(this.#editing));
      this.#editing = null;
      this.transcript.show(conversation);
    }
    const exchange = this.session.newExchange(conversation, text, model, this.settings.values);
    conversation.exchanges.push(exchange);
    this.transcript.append(conversation, exchange);
    this.#submit(exchange);
    return true;
  }

  again(exchange) {
    const model = this.#readyModel();
    if (!model || this.#liveGeneration()) {
      return;
    }
    const conversation = this.#conversation;
    exchange.generation = this.session.newExchange(conversation, exchange.prompt, model, this.settings.values).generation;
    this.transcript.show(conversation);
    this.#submit(exchange);
    this.composer.focus();
  }

  #submit(exchange) {
    this.session.submit(this.#conversation, exchange, this.settings.values);
    this.transcript.toEnd();
    this.#showState();
    announce(this.session.connection.isOpen ? 'Sent' : 'No connection: it is sent as soon as there is one.');
  }

  /** @returns {string|null} the model to ask; null if there is none or a setting is wrong, and people were told so */
  #readyModel() {
    const {model} = this.picker;
    if (!model) {
      toast('No model is served yet. Start one with services/weir up.');
      return null;
    }
    const fault = this.settings.firstFault();
    if (fault) {
      this.#change(fault);
      alarm(`${this.settings.labelOf(fault)} cannot be used as it is.`);
      return null;
    }
    return model;
  }

  stop() {
    const live = this.#liveGeneration();
    if (live && !live.stopping) {
      this.session.streams.stop(live);
      announce('Stopping');
    }
  }

  edit(exchange) {
    this.#editing = exchange;
    this.composer.text = exchange.prompt;
    this.composer.focus();
    this.#showState();
  }

  remove(id) {
    const conversation = this.session.remove(id);
    if (id === this.#conversation.id) {
      this.newConversation(conversation?.mode ?? 'chat');
    }
    this.#showHistory();
    toast('Conversation deleted', 'Undo', () => {
      this.session.store.restore(conversation);
      this.#show(conversation);
    });
  }

  /** Esc: leaves what is edited, else stops what runs. */
  escape() {
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

  #buttons() {
    return {
      markdown: () => this.settings.values.markdown ?? true,
      copy: copyText,
      again: (exchange) => this.again(exchange),
      edit: (exchange) => this.edit(exchange),
      change: (field) => this.#change(field),
      labelOf: (field) => this.settings.labelOf(field),
      giveKey: () => this.access.ask(),
      rateOf: (generation, nowMs) => this.session.flowOf(generation)?.rateAt(nowMs) ?? null,
      probabilities: (generation) => this.session.tokens.of(generation),
    };
  }

  // What the server does

  onTokens(generation) {
    this.#draw(generation);
  }

  /** A generation went from one phase to the next. */
  onTurn(generation, conversation, frame) {
    const shown = this.#shown && conversation === this.#conversation;
    if (generation.phase === 'failed') {
      const {title, next} = adviceFor(generation.error);
      alarm(`${title}. ${generation.error.message} ${next}`);
      if (generation.error.status === 401) {
        this.access.ask();
      }
    } else if (shown && generation.phase === 'finished') {
      announce(generation.reason === 'cancelled' ? 'Stopped' : `Answer: ${generation.text}`);
    } else if (shown && frame?.type === 'started') {
      announce('The answer begins');
    }
    this.#showState();
    this.#draw(generation);
  }

  onTrouble(frame) {
    if (frame.status === 401) {
      this.access.ask();
      return;
    }
    const {title, next} = adviceFor(frame);
    toast(`${title}. ${frame.message ?? ''} ${next}`);
  }

  /** @param {object[]} models those that write */
  onModels(models) {
    this.picker.show(models);
    this.#onModelChosen();
  }

  /** A model without a chat template goes on with texts, and with nothing else. */
  #onModelChosen() {
    if (this.#conversation.mode === 'chat' && this.#conversation.exchanges.length === 0 && !this.picker.chats) {
      this.setMode('prompt');
    }
    this.#showState();
  }

  onLink(state, retryAtMs) {
    this.link.show(state, retryAtMs);
  }

  // Drawing

  #draw(generation) {
    this.#dirty.add(generation);
    this.#painter.schedule();
  }

  /** @returns {boolean} true while something still moves */
  #paint(nowMs) {
    for (const generation of this.#dirty) {
      this.transcript.update(generation, nowMs);
    }
    this.#dirty.clear();
    this.session.streams.rendered();
    this.flowMeter.show(this.#liveGeneration(), nowMs);
    return this.transcript.reveal(nowMs);
  }
}
