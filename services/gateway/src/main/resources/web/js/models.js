// What is served now, asked for gently.

const EVERY_MS = 15_000;
const WHEN_NONE_MS = 3_000;

export class Models {
  #url;
  #key;
  #listener;
  #timer = 0;
  #asking = false;

  /**
   * @param {{onModels: (models: {id: string}[]) => void, onUnreachable: () => void, onRefused: () => void}} listener
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
      if (response.status === 401 || response.status === 403) {
        again = 0; // until there is another key
        this.#listener.onRefused();
      } else if (response.ok) {
        const models = ((await response.json()).data ?? []).filter(isText);
        again = models.length > 0 ? EVERY_MS : WHEN_NONE_MS;
        this.#listener.onModels(models);
      } else {
        this.#listener.onUnreachable();
      }
    } catch {
      this.#listener.onUnreachable(); // the WebSocket says so too, and to the reader
    } finally {
      this.#asking = false;
    }
    if (again > 0 && !document.hidden) {
      this.#timer = setTimeout(() => this.ask(), again);
    }
  }
}

function isText(model) {
  return typeof model.id === 'string' && (model.kind ?? 'text') === 'text';
}

/** Shows the models in the picker and keeps the choice. */
export class ModelPicker {
  #select;
  #models = null;
  #wanted;

  constructor(select, wanted, onChoice) {
    this.#select = select;
    this.#wanted = wanted;
    select.addEventListener('change', () => {
      this.#wanted = select.value;
      onChoice(select.value);
    });
  }

  /** The chosen model, or null while there is none. */
  get model() {
    return this.#models?.some(({id}) => id === this.#select.value) ? this.#select.value : null;
  }

  get isEmpty() {
    return this.#models !== null && this.#models.length === 0;
  }

  show(models) {
    const ids = models.map(({id}) => id);
    const before = this.#models?.map(({id}) => id);
    this.#models = models;
    if (before && ids.length === before.length && ids.every((id, i) => id === before[i])) {
      return; // an open list is left alone
    }
    const chosen = ids.includes(this.#wanted) ? this.#wanted : (ids[0] ?? '');
    this.#select.replaceChildren(...(ids.length > 0 ? ids : ['']).map((id) => new Option(id || 'No model', id, false, id === chosen)));
    this.#select.disabled = ids.length === 0;
  }

  choose(id) {
    this.#wanted = id;
    if (this.#models?.some((model) => model.id === id)) {
      this.#select.value = id;
    }
  }
}
