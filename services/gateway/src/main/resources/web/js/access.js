// The API key of a server that wants one. It is kept as long as the tab.

import {byId} from './dom.js';
import {keptForTab} from './storage.js';

const KEPT = 'weir.key';

export class Access {
  #dialog = byId('access');
  #input = byId('access-key');

  /** @param {() => void} onKey called when there is another key */
  constructor(onKey) {
    byId('access-form').addEventListener('submit', () => {
      keptForTab.setItem(KEPT, this.#input.value.trim());
      this.#input.value = '';
      onKey();
    });
  }

  get key() {
    return keptForTab.getItem(KEPT);
  }

  ask() {
    if (!this.#dialog.open) {
      byId('access-hint').textContent = this.key
        ? 'The server did not take the key that was given. Ask whoever runs it for another.'
        : 'It stays in this tab and is forgotten when you close it.';
      this.#dialog.showModal();
    }
  }
}
