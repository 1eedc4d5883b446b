// What is served now, asked for gently.

import {kept} from './storage.js';

const KEPT = 'weir.model';
const EVERY_MS = 15_000;
const WHEN_NONE_MS = 3_000;

export class Models {
  #url;
  #key;
  #listener;
  #timer = 0;
  #asking = false;

  /**
   * @param {object} listener onModels(models), which says whether all that is wanted is there; onRefused()
   */
  constructor(url, key, listener) {
    this.#url = url;
    this.#key = key;
    this.#listener = listener;
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) {
        this.ask();
      }
    });
  }

  async ask() {
    if (this.#asking) {
      return;
    }
    clearTimeout(this.#timer);
    this.#asking = true;
    let again = WHEN_NONE_MS;
    try {
      const key = this.#key();
      const response = await fetch(this.#url, key ? {headers: {authorization: `Bearer ${key}`}} : {});
      if (response.status === 401) {
        again = 0; // until there is another key
        this.#listener.onRefused();
      } else if (response.ok) {
        const models = ((await response.json()).data ?? []).filter(({id}) => typeof id === 'string');
        again = this.#listener.onModels(models) ? EVERY_MS : WHEN_NONE_MS;
      }
    } catch {
      // Not reachable: the WebSocket notices the same and says so.
    } finally {
      this.#asking = false;
    }
    if (again > 0 && !document.hidden) {
      this.#timer = setTimeout(() => this.ask(), again);
    }
  }
}

export function writes({kind}) {
  return (kind || 'text') === 'text';
}

export function draws({kind}) {
  return kind === 'image';
}

/** Shows the models in the picker, remembers the choice, and says what is known about the chosen one. */
export class ModelPicker {
  #select;
  #facts;
  #models = null;
  #wanted = kept.getItem(KEPT) ?? '';

  constructor(select, facts, onChoice) {
    this.#select = select;
    this.#facts = facts;
    select.addEventListener('change', () => {
      this.#wanted = select.value;
      kept.setItem(KEPT, select.value);
      this.#showFacts();
      onChoice();
    });
  }

  /** The chosen model's name, or null while there is none. */
  get model() {
    return this.#chosen?.id ?? null;
  }

  /** Whether the chosen model takes conversations. */
  get chats() {
    return this.#chosen?.weir?.chat ?? true;
  }

  /** No model is served; false as long as nobody knows. */
  get isEmpty() {
    return this.#models !== null && this.#models.length === 0;
  }

  show(models) {
    const names = models.map(({id}) => id);
    const before = this.#models?.map(({id}) => id);
    this.#models = models;
    // An open list is left alone as long as it is right.
    if (!before || names.join('\n') !== before.join('\n')) {
      const chosen = names.includes(this.#wanted) ? this.#wanted : (names[0] ?? '');
      this.#select.replaceChildren(...(names.length > 0 ? names : ['']).map((name) => new Option(name || 'No model', name, false, name === chosen)));
      this.#select.disabled = names.length === 0;
    }
    this.#showFacts();
  }

  /** Prefers a model, now or as soon as it is served. */
  choose(name) {
    this.#wanted = name;
    if (this.#models?.some(({id}) => id === name)) {
      this.#select.value = name;
      this.#showFacts();
    }
  }

  get #chosen() {
    return this.#models?.find(({id}) => id === this.#select.value);
  }

  #showFacts() {
    const {max_model_len: context, weir} = this.#chosen ?? {};
    this.#facts.textContent = [context ? `${context.toLocaleString('en')} tokens of context` : null, weir?.precision].filter(Boolean).join(' · ');
  }
}
