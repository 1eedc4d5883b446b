// What one family makes of a prompt: tiles that fill with previews and then with pictures, or why there are none.

import {adviceFor} from '../advice.js';
import {drawing as wave, element} from '../dom.js';
import {failureView} from '../failure.js';
import {formatSeconds} from '../flow.js';
import {isLive} from '../generation.js';
import {PixelCanvas} from './pixels.js';
import {Way} from './way.js';

const WAVE = 'M0 6c7 0 7-4 14-4s7 4 14 4 7-4 14-4 7 4 14 4 7-4 14-4 7 4 14 4';

export class Column {
  #drawing;
  #generation;
  #gallery;
  #name = element('h3');
  #state = element('p', {class: 'state'});
  #tiles = []; // Tile
  #grid = element('ul', {class: 'tiles'});
  #end = element('div');
  #way = null;
  #shownEnd = '';

  constructor(drawing, generation, gallery) {
    this.#drawing = drawing;
    this.#generation = generation;
    this.#gallery = gallery;
    this.#way = drawing.sources.length === 2 ? new Way(drawing.n) : null;
    this.node = element('div', {class: 'column', role: 'group'},
      element('div', {class: 'column-head'}, this.#name, this.#state),
      this.#way?.node ?? null, this.#grid, this.#end);
  }

  update() {
    const generation = this.#generation;
    const live = isLive(generation);
    this.#name.textContent = generation.model || 'Following';
    this.node.setAttribute('aria-label', generation.model || 'Pictures');
    this.node.dataset.phase = generation.phase;
    this.node.setAttribute('aria-busy', String(live));
    const pictures = generation.pictures ?? [];
    const count = live ? Math.max(this.#drawing.n, pictures.length) : pictures.length;
    while (this.#tiles.length < count) {
      this.#addTile();
    }
    for (const tile of this.#tiles.splice(count)) {
      tile.node.remove(); // it will not come any more
    }
    this.#tiles.forEach((tile, i) => tile.show(pictures[i] ?? null, this.#gallery.previewsOf(generation, i).at(-1) ?? null));
    this.#grid.hidden = count === 0;
    this.#way?.show(pictures);
    this.#showState(live, pictures.length);
    this.#showEnd();
  }

  #addTile() {
    const i = this.#tiles.length;
    const tile = new Tile(`Picture ${i + 1} by ${this.#generation.model || 'the model'}`, (button) => this.#gallery.look(this.#drawing, this.#generation, i, button));
    this.#tiles.push(tile);
    this.#grid.append(tile.node);
  }

  #showState(live, pictures) {
    const {phase, stopping} = this.#generation;
    const words = live ? (stopping ? 'Stopping' : {sending: 'Sending', queued: this.#gallery.queueOf(this.#generation), running: this.#progress(pictures)}[phase]) : this.#measures(pictures);
    this.#state.replaceChildren(...[live && phase !== 'running' ? wave('0 0 56 12', 'ripple', WAVE) : null, element('span', {}, words)].filter(Boolean));
  }

  #progress(pictures) {
    if (this.#generation.followed) {
      return 'Drawing'; // how many it will be, nobody knows here
    }
    const parts = this.#tiles.slice(pictures).reduce((sum, tile) => sum + tile.part, 0);
    return `Drawing, ${Math.floor(((pictures + parts) * 100) / this.#drawing.n)} %`;
  }

  #measures(pictures) {
    const {phase, reason, timings} = this.#generation;
    const ms = timings ? (timings.prefill_ms ?? 0) + (timings.decode_ms ?? 0) : null;
    return [
      phase === 'failed' ? null : `${pictures} ${pictures === 1 ? 'picture' : 'pictures'}`,
      ms === null || pictures === 0 ? null : formatSeconds(ms),
      reason === 'cancelled' ? 'stopped' : null,
    ].filter(Boolean).join(' · ');
  }

  #showEnd() {
    const generation = this.#generation;
    const key = `${generation.phase} ${generation.reason}`;
    if (key === this.#shownEnd) {
      return;
    }
    this.#shownEnd = key;
    this.#end.replaceChildren(...this.#endOf(generation));
  }

  #endOf(generation) {
    if (generation.phase === 'failed') {
      const known = adviceFor(generation.error);
      const unserved = generation.error.code === 'model_not_found' || generation.error.status === 404;
      const advice = unserved ? {...known, next: 'services/weir up serves every family that draws. Start it, or draw with another one.'} : known;
      return [failureView(generation.error, advice, {
        change: null,
        giveKey: () => this.#gallery.giveKey(),
        again: generation.followed ? null : () => this.#gallery.again(this.#drawing, generation),
      })];
    }
    if (generation.phase === 'finished' && generation.taken === 0) {
      return [element('p', {class: 'aside'}, generation.reason === 'cancelled' ? 'Stopped before the first picture.' : 'It ended without a picture.')];
    }
    return generation.reason === 'deadline' ? [element('p', {class: 'aside'}, 'It ran out of time: what came until then stays.')] : [];
  }
}

/** A place for one picture. */
class Tile {
  #pixels = new PixelCanvas('');
  #bar = element('span', {class: 'progress', 'aria-hidden': 'true'});
  #shown = null;
  #label;

  constructor(label, onLook) {
    this.#label = label;
    const button = element('button', {type: 'button', class: 'tile', 'aria-label': `${label}, not drawn yet`, disabled: true, on: {click: () => onLook(button)}}, this.#pixels.canvas, this.#bar);
    this.#pixels.canvas.setAttribute('aria-hidden', 'true');
    this.button = button;
    this.node = element('li', {}, button);
    this.part = 0; // of the picture that is done
  }

  show(picture, preview) {
    const shown = picture ?? preview;
    if (shown === this.#shown || !shown) {
      return;
    }
    this.#shown = shown;
    this.part = picture ? 1 : preview.steps > 0 ? preview.step / preview.steps : 0;
    this.#bar.style.width = `${this.part * 100}%`;
    this.button.dataset.state = picture ? 'whole' : 'preview';
    if (picture) {
      this.button.disabled = false;
      this.button.setAttribute('aria-label', this.#label);
    }
    if (shown.data) {
      this.#pixels.show(shown);
    }
  }
}
