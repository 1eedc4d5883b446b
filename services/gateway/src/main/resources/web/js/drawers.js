// The two sides. Where the window is wide they are just there; where it is narrow they come over the middle, one at a
// time, keep the focus inside, and close by Esc, by their button or by a touch beside them.

import {byId} from './dom.js';

class Drawer {
  #panel;
  #opener;
  #wide;
  #scrim = byId('scrim');
  #main = byId('main');

  constructor(panel, opener, closer, wideQuery) {
    this.#panel = panel;
    this.#opener = opener;
    this.#wide = matchMedia(wideQuery);
    opener.addEventListener('click', () => this.toggle());
    closer.addEventListener('click', () => this.close());
    this.#wide.addEventListener('change', () => this.#settle());
    this.#settle();
  }

  get isOver() {
    return this.#panel.classList.contains('drawer-open');
  }

  toggle() {
    if (this.#wide.matches) {
      const folded = this.#panel.classList.toggle('folded');
      this.#opener.setAttribute('aria-expanded', String(!folded));
    } else if (this.isOver) {
      this.close();
    } else {
      this.open();
    }
  }

  /** Brings it into sight, whatever the width. */
  open() {
    if (this.#wide.matches) {
      this.#panel.classList.remove('folded');
      this.#opener.setAttribute('aria-expanded', 'true');
      return;
    }
    this.#set(true);
    this.#panel.querySelector('button:not([hidden]), input, a')?.focus();
  }

  close() {
    if (this.isOver) {
      this.#set(false);
      this.#opener.focus();
    }
  }

  #set(over) {
    this.#panel.classList.toggle('drawer-open', over);
    this.#panel.inert = !over;
    this.#main.inert = over;
    this.#scrim.hidden = !over;
    this.#opener.setAttribute('aria-expanded', String(over));
  }

  #settle() {
    if (this.isOver) {
      this.#set(false);
    }
    this.#panel.inert = !this.#wide.matches;
    this.#opener.setAttribute('aria-expanded', String(this.#wide.matches && !this.#panel.classList.contains('folded')));
  }
}

/** @returns the two drawers, and `closeOver()` that closes the one that is over the middle and says whether one was */
export function makeDrawers() {
  const sidebar = new Drawer(byId('sidebar'), byId('sidebar-open'), byId('sidebar-close'), '(min-width: 900px)');
  const settings = new Drawer(byId('settings'), byId('settings-toggle'), byId('settings-close'), '(min-width: 1200px)');
  const closeOver = () => {
    const over = [sidebar, settings].find((drawer) => drawer.isOver);
    over?.close();
    return over !== undefined;
  };
  byId('scrim').addEventListener('click', closeOver);
  return {sidebar, settings, closeOver};
}
