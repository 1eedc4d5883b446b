// The conversation in the middle: what was asked and what came, and the scrolling that follows it.

import {AnswerView} from './answer.js';
import {action, byId, element} from './dom.js';
import {isLive} from './generation.js';
import {Reveal} from './reveal.js';

const NEAR_END_PX = 64;

export class Transcript {
  #turns = byId('turns');
  #scroller = byId('scroller');
  #latest = byId('latest');
  #views = new Map(); // generation -> AnswerView
  #reveal = new Reveal();
  #page;
  #follows = true; // the reader is at the end and wants to stay there

  /** @param {object} page what buttons do; see AnswerView; and edit(exchange) */
  constructor(page) {
    this.#page = page;
    this.#scroller.addEventListener('scroll', () => this.#onScroll(), {passive: true});
    this.#latest.addEventListener('click', () => {
      this.toEnd();
      byId('prompt').focus();
    });
    new ResizeObserver(() => this.#keepAtEnd()).observe(this.#turns);
  }

  show(conversation) {
    this.#turns.replaceChildren();
    this.#views.clear();
    for (const exchange of conversation?.exchanges ?? []) {
      this.append(conversation, exchange);
    }
    this.toEnd();
  }

  append(conversation, exchange) {
    if (conversation.mode === 'chat' && exchange.prompt !== null) {
      this.#turns.append(this.#userTurn(exchange));
    }
    const view = new AnswerView(exchange, conversation.mode, this.#page);
    this.#reveal.settle(exchange.generation.text.length);
    this.#views.set(exchange.generation, view);
    this.#turns.append(view.node);
  }

  /** @returns {boolean} false if this generation is not on the screen */
  update(generation, nowMs) {
    const view = this.#views.get(generation);
    view?.update(nowMs);
    return view !== undefined;
  }

  /** Brings the figures of a live answer up to now. */
  measure(generation, nowMs) {
    this.#views.get(generation)?.measure(nowMs);
  }

  /** Colours what is fresh; true while that goes on. */
  reveal(nowMs) {
    const view = [...this.#views.values()].at(-1);
    return view !== undefined && this.#reveal.show(view.textNode, isLive(view.generation) ? view.generation.text.length : -1, nowMs);
  }

  rerender() {
    for (const view of this.#views.values()) {
      view.rerender();
    }
  }

  toEnd() {
    this.#follows = true;
    this.#latest.hidden = true;
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #userTurn(exchange) {
    return element('article', {class: 'turn user', 'aria-label': 'You'},
      element('div', {class: 'said'}, exchange.prompt),
      element('div', {class: 'actions'},
        action('copy', 'Copy', ({currentTarget}) => this.#page.copy(exchange.prompt, currentTarget)),
        action('edit', 'Edit', () => this.#page.edit(exchange))));
  }

  #onScroll() {
    const {scrollTop, scrollHeight, clientHeight} = this.#scroller;
    this.#follows = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    this.#latest.hidden = this.#follows;
  }

  #keepAtEnd() {
    if (this.#follows) {
      this.#scroller.scrollTop = this.#scroller.scrollHeight;
    }
  }
}
