// One picture, looked at closely: how it came to be, and what can be done with it.

import {action, byId, element, icon} from '../dom.js';
import {formatSeconds} from '../flow.js';
import {Player, filmOf} from './film.js';
import {PixelCanvas, save} from './pixels.js';

const DOWNLOAD_PX = 256; // 16 times as large as it was drawn

export class Closer {
  #dialog = byId('closer');
  #body = byId('closer-body');
  #gallery;
  #player = null;

  /** @param {object} gallery what the buttons do: useSeed, pick; and previewsOf, canBegin */
  constructor(gallery) {
    this.#gallery = gallery;
    byId('closer-close').addEventListener('click', () => this.#dialog.close());
    this.#dialog.addEventListener('click', ({target}) => target === this.#dialog && this.#dialog.close()); // beside it
    this.#dialog.addEventListener('close', () => this.#player?.pause());
  }

  get isOpen() {
    return this.#dialog.open;
  }

  close() {
    this.#dialog.close();
  }

  open(drawing, generation, index) {
    const picture = generation.pictures[index];
    const name = `picture ${index + 1} by ${generation.model}`;
    const pixels = new PixelCanvas('large');
    pixels.canvas.setAttribute('role', 'img');
    pixels.canvas.setAttribute('aria-label', drawing.prompt || name);
    const film = element('div', {class: 'film'});
    byId('closer-title').textContent = drawing.prompt || 'Anything at all';
    this.#body.replaceChildren(
      element('div', {class: 'stage'}, pixels.canvas, film),
      element('div', {class: 'about-it'},
        this.#facts(drawing, generation, index),
        element('div', {class: 'next'}, ...this.#buttons(drawing, generation, index, name))));
    this.#dialog.showModal();
    if (picture.data) {
      pixels.show(picture);
      this.#showFilm(film, pixels.canvas, picture, generation, index);
    } else {
      film.append(element('p', {class: 'aside'}, `It is too large for a stream and lies at ${picture.stored?.uri ?? 'another place'}.`));
    }
  }

  #facts(drawing, generation, index) {
    const {pictures, model, id, timings} = generation;
    const {afterMs, width, height} = pictures[index];
    const wholeMs = timings ? (timings.queued_ms ?? 0) + (timings.prefill_ms ?? 0) + (timings.decode_ms ?? 0) : null;
    const rows = [
      ['Family', model],
      ['Picture', `${index + 1} of ${pictures.length}`],
      ['Seed', seedOf(drawing, index)],
      ['Temperature', drawing.temperature],
      ['Strength', drawing.strength],
      ['Time taken', afterMs !== null ? formatSeconds(afterMs) : wholeMs !== null ? `${formatSeconds(wholeMs)} for all` : null],
      ['Size', width ? `${width} × ${height} pixels` : null],
      ['Request id', id],
    ];
    return element('dl', {}, ...rows.filter(([, value]) => value !== null && value !== undefined && value !== '')
      .flatMap(([term, value]) => [element('dt', {}, term), element('dd', {}, String(value))]));
  }

  #buttons(drawing, generation, index, name) {
    const picture = generation.pictures[index];
    const buttons = [];
    if (picture.data) {
      const file = ['weir', generation.model, seedOf(drawing, index)].filter((part) => part !== null && part !== '').join('-');
      buttons.push(outlined('download', 'Download PNG', () => save(picture, DOWNLOAD_PX, `${file}.png`)));
    }
    if (drawing.seed !== null) {
      buttons.push(outlined('dice', 'Use this seed', () => {
        this.close();
        this.#gallery.useSeed(drawing, index);
      }));
    }
    if (picture.data && this.#gallery.canBegin()) {
      const picked = this.#gallery.pickedCount() > 0;
      buttons.push(outlined(picked ? 'blend' : 'vary', picked ? 'Blend with the picked one' : 'Vary it', () => {
        this.close();
        this.#gallery.pick(picture, name);
      }));
    }
    return buttons;
  }

  async #showFilm(place, canvas, picture, generation, index) {
    let film = null;
    try {
      film = await filmOf(picture, generation.family || generation.model, this.#gallery.previewsOf(generation, index));
    } catch (e) {
      console.warn('a picture cannot be read', e);
      place.append(element('p', {class: 'aside'}, 'This picture cannot be read.'));
      return;
    }
    if (!film) {
      place.append(element('p', {class: 'aside'}, 'It came in one step, whole.'));
      return;
    }
    const told = element('span', {class: 'told'});
    const slider = element('input', {type: 'range', min: 0, max: film.last, step: 1, 'aria-label': `How it was drawn, by ${film.unit}s`, on: {input: () => {
      player.pause();
      goTo(Number(slider.value));
    }}});
    const goTo = (at) => {
      film.show(canvas, at);
      slider.value = at;
      told.textContent = `${film.unit} ${at} of ${film.last}`;
      slider.setAttribute('aria-valuetext', told.textContent);
    };
    const button = action('play', 'Play', () => {
      if (player.plays) {
        player.pause();
        return;
      }
      show(true);
      player.play(film, Number(slider.value));
    });
    const show = (plays) => button.replaceChildren(icon(plays ? 'pause' : 'play'), plays ? 'Pause' : 'Play');
    const player = new Player(goTo, () => show(false));
    this.#player = player;
    place.append(element('div', {class: 'film-row'}, button, told), slider);
    goTo(film.last);
  }
}

function outlined(name, label, onClick) {
  return element('button', {type: 'button', class: 'outlined with-icon', on: {click: onClick}}, icon(name), label);
}

/** Picture i of a drawing has its seed plus i, alone or among others. */
export function seedOf(drawing, index) {
  return drawing.seed === null ? null : drawing.seed + index;
}
