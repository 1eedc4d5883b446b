// Where the prompt is written: Enter sends, Shift+Enter makes a line, Esc stops.

import {byId} from './dom.js';

export class Composer {
  #form = byId('composer');
  #prompt = byId('prompt');
  #send = byId('send');
  #stop = byId('stop');
  #live = false;

  /** @param {{onSend: (text: string) => boolean, onStop: () => void}} listener onSend: true if it was taken */
  constructor(listener) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = this.#prompt.value;
      if (!this.#live && text.trim() !== '' && listener.onSend(text)) {
        this.text = '';
      }
    });
    this.#prompt.addEventListener('keydown', (event) => {
      // While an input method composes, Enter chooses a character.
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.#form.requestSubmit();
      }
    });
    this.#prompt.addEventListener('input', () => this.#fit());
    this.#stop.addEventListener('click', () => {
      listener.onStop();
      this.focus();
    });
    this.#fit();
  }

  get text() {
    return this.#prompt.value;
  }

  set text(text) {
    this.#prompt.value = text;
    this.#fit();
  }

  focus() {
    this.#prompt.focus({preventScroll: true});
  }

  setMode(mode) {
    byId('prompt-label').textContent = mode === 'chat' ? 'Message' : 'Prompt';
    this.#prompt.placeholder = mode === 'chat' ? 'Write a message' : 'Write the beginning of a text';
  }

  /** While something streams, the button stops it. */
  setLive(live, stopping) {
    const hadFocus = document.activeElement === this.#stop || document.activeElement === this.#send;
    this.#live = live;
    this.#form.toggleAttribute('data-live', live);
    this.#stop.hidden = !live;
    this.#send.hidden = live;
    this.#stop.disabled = stopping;
    if (hadFocus && document.activeElement === document.body) {
      this.focus(); // its button has gone
    }
    this.#fit();
  }

  #fit() {
    this.#send.disabled = this.#prompt.value.trim() === '';
    if (!CSS.supports('field-sizing', 'content')) {
      this.#prompt.style.height = 'auto';
      this.#prompt.style.height = `${this.#prompt.scrollHeight}px`;
    }
  }
}
