// The list of conversations at the side.

import {element, icon} from './dom.js';

const DAY_MS = 24 * 3600 * 1000;

export class History {
  #nav;
  #onRemove;

  constructor(nav, onRemove) {
    this.#nav = nav;
    this.#onRemove = onRemove;
  }

  /**
   * @param {{id: string, title: string, updatedMs: number}[]} entries newest first
   * @param {string|null} currentId
   * @param {Set<string>} liveIds conversations in which something streams
   */
  show(entries, currentId, liveIds) {
    const focused = this.#nav.contains(document.activeElement) ? document.activeElement.closest('li')?.dataset.id : null;
    if (entries.length === 0) {
      this.#nav.replaceChildren(element('p', {class: 'none'}, 'Conversations stay in this browser and appear here.'));
      return;
    }
    const groups = Map.groupBy(entries, ({updatedMs}) => dayOf(updatedMs));
    this.#nav.replaceChildren(...[...groups].flatMap(([day, own]) => [
      element('h2', {}, day),
      element('ul', {}, ...own.map((entry) => this.#entry(entry, entry.id === currentId, liveIds.has(entry.id)))),
    ]));
    if (focused) {
      this.#nav.querySelector(`li[data-id="${CSS.escape(focused)}"] a`)?.focus();
    }
  }

  #entry({id, title}, current, live) {
    return element('li', {data: {id}},
      element('a', {href: `#c=${id}`, 'aria-current': current ? 'page' : null},
        element('span', {class: 'name'}, title),
        live ? element('span', {class: 'live', role: 'img', 'aria-label': 'streaming'}) : null),
      element('button', {type: 'button', class: 'icon-button remove', 'aria-label': `Delete ${title}`, on: {click: () => this.#onRemove(id)}}, icon('trash')));
  }
}

function dayOf(ms) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (ms >= midnight) {
    return 'Today';
  }
  return ms >= midnight - DAY_MS ? 'Yesterday' : 'Earlier';
}
