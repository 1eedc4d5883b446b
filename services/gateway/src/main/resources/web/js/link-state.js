// How the connection is, in a word above and in a sentence where one is needed.

import {alarm, announce} from './announce.js';
import {byId, element, icon} from './dom.js';

const WORDS = {connecting: 'Connecting', open: 'Connected', waiting: 'Offline'};

export class LinkState {
  #chip = byId('link-state');
  #notice = byId('notice');
  #state = 'connecting';
  #retryAtMs = 0;
  #wasOpen = false;
  #trouble = false; // lost, and not yet back
  #editing = false;
  #ticker = 0;
  #kind = '';
  #onRetry;
  #onCancelEdit;

  constructor(onRetry, onCancelEdit) {
    this.#onRetry = onRetry;
    this.#onCancelEdit = onCancelEdit;
  }

  show(state, retryAtMs) {
    if (state === 'waiting' && !this.#trouble) {
      this.#trouble = true;
      alarm(this.#wasOpen ? 'The connection is lost. Trying again.' : 'The server does not answer. Trying again.');
    } else if (state === 'open') {
      if (this.#trouble) {
        announce('Connected again');
      }
      this.#trouble = false;
      this.#wasOpen = true;
    }
    this.#state = state;
    this.#retryAtMs = retryAtMs;
    this.#chip.dataset.state = state;
    this.#chip.querySelector('.label').textContent = WORDS[state];
    clearInterval(this.#ticker);
    if (state === 'waiting') {
      this.#ticker = setInterval(() => this.#tick(), 250);
    }
    this.#draw();
  }

  setEditing(editing) {
    this.#editing = editing;
    this.#draw();
  }

  #draw() {
    const kind = this.#trouble ? `lost ${this.#wasOpen}` : this.#editing ? 'editing' : '';
    if (kind !== this.#kind) {
      this.#kind = kind;
      this.#notice.hidden = kind === '';
      this.#notice.replaceChildren(...(this.#trouble ? this.#lost() : this.#editing ? this.#edit() : []));
    }
    this.#tick();
  }

  #lost() {
    const sentence = this.#wasOpen
      ? 'Connection lost. Streams go on at the server and continue here. '
      : 'The server does not answer. Is it running? ';
    return [
      icon('alert'),
      element('p', {}, sentence, element('span', {class: 'retry', 'aria-hidden': 'true'})),
      element('button', {type: 'button', class: 'outlined', on: {click: this.#onRetry}}, 'Try now'),
    ];
  }

  #edit() {
    return [
      icon('edit'),
      element('p', {}, 'Sending replaces this message and what follows it.'),
      element('button', {type: 'button', class: 'outlined', on: {click: this.#onCancelEdit}}, 'Cancel'),
    ];
  }

  #tick() {
    const retry = this.#notice.querySelector('.retry');
    if (retry) {
      const seconds = Math.max(1, Math.ceil((this.#retryAtMs - Date.now()) / 1000));
      retry.textContent = this.#state === 'waiting' ? `Next try in ${seconds} s.` : 'Connecting…';
    }
  }
}
