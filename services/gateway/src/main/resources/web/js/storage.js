// The browser's storage, or where it is closed to this page (private windows, policies) something that lasts as long as
// the page does.

export const kept = open('localStorage');
export const keptForTab = open('sessionStorage');

function open(name) {
  try {
    const storage = globalThis[name];
    storage.getItem('weir');
    return storage;
  } catch {
    return new Memory();
  }
}

class Memory {
  #entries = new Map();

  getItem(key) {
    return this.#entries.get(key) ?? null;
  }

  setItem(key, value) {
    this.#entries.set(key, value);
  }

  removeItem(key) {
    this.#entries.delete(key);
  }
}
