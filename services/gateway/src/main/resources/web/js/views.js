// Which of the two is in sight: conversations, or the gallery.

import {readAddress} from './address.js';
import {byId} from './dom.js';

export class Views {
  #page;
  #gallery;

  constructor(page, gallery) {
    this.#page = page;
    this.#gallery = gallery;
    byId('to-conversations').addEventListener('click', (event) => {
      event.preventDefault();
      this.show(false); // the conversation that was there, which may have no address yet
    });
    document.querySelector('.skip').addEventListener('click', (event) => {
      event.preventDefault();
      this.focus();
    });
  }

  start() {
    this.#apply();
    addEventListener('hashchange', () => this.#apply());
    this.focus();
  }

  get inGallery() {
    return !byId('gallery-view').hidden;
  }

  /** Where the next prompt is written. */
  focus() {
    (this.inGallery ? this.#gallery : this.#page.composer).focus();
  }

  /** @param {boolean} gallery whether the gallery comes in sight */
  show(gallery) {
    byId('app').dataset.view = gallery ? 'gallery' : 'conversations';
    byId('gallery-view').hidden = !gallery;
    byId('scroller').hidden = gallery;
    mark(byId('to-gallery'), gallery);
    mark(byId('to-conversations'), !gallery);
    // What the connection has to say stands above where one writes.
    (gallery ? byId('easel') : byId('composer')).before(byId('notice'));
    this.#page.setShown(!gallery);
    this.#gallery.setShown(gallery);
  }

  #apply() {
    const {gallery, request} = readAddress();
    this.#page.openFromAddress();
    if (gallery && request) {
      this.#gallery.follow(request);
    }
    this.show(gallery);
    this.#page.drawers.closeOver();
  }
}

function mark(link, current) {
  if (current) {
    link.setAttribute('aria-current', 'page');
  } else {
    link.removeAttribute('aria-current');
  }
}
