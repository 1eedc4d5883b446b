// How a picture came to be, to be played and scrubbed. What draws pixel by pixel needs nothing but the picture: its
// pixels came in raster order. Of anything else the previews that were seen are the film.

import {decode} from './pixels.js';

const RUN_MS = 5_000; // of a whole film
const DRAWN_PX = 16; // the width in which the built-in models draw
const STILL = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * @param {{data: string, mediaType: string}} picture
 * @param {string} family
 * @param {object[]} previews of it
 * @returns {Promise<{last: number, unit: string, stride: number, show: (canvas: HTMLCanvasElement, place: number) => void}|null>}
 *     places are 0 to `last`, in which the picture is whole; a stride is what people notice; null: it came at once
 */
export async function filmOf(picture, family, previews) {
  const whole = await decode(picture);
  if (family === 'pixel') {
    return rasterFilm(whole);
  }
  if (previews.length < 2) {
    return null;
  }
  const frames = await Promise.all(previews.map(decode));
  frames.push(whole);
  return {last: frames.length - 1, unit: 'step', stride: 1, show: (canvas, place) => paint(canvas, frames[place])};
}

function rasterFilm(whole) {
  const scale = whole.width % DRAWN_PX === 0 ? whole.width / DRAWN_PX : 1; // it may have been asked for enlarged
  const width = whole.width / scale;
  return {
    last: (width * whole.height) / scale,
    unit: 'pixel',
    stride: width,
    show(canvas, place) {
      const context = paint(canvas, whole);
      const row = Math.floor(place / width);
      context.clearRect((place % width) * scale, row * scale, whole.width, scale);
      context.clearRect(0, (row + 1) * scale, whole.width, whole.height);
    },
  };
}

function paint(canvas, bitmap) {
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d');
  context.drawImage(bitmap, 0, 0);
  return context;
}

/** Moves through the places of a film; by whole strides for those who want no motion. */
export class Player {
  #onPlace;
  #onEnd;
  #frame = 0;

  /**
   * @param {(place: number) => void} onPlace
   * @param {() => void} onEnd it has stopped
   */
  constructor(onPlace, onEnd) {
    this.#onPlace = onPlace;
    this.#onEnd = onEnd;
  }

  get plays() {
    return this.#frame !== 0;
  }

  play(film, from) {
    const start = from >= film.last ? 0 : from;
    const perMs = film.last / RUN_MS;
    const step = STILL.matches ? film.stride : 1;
    let beginMs = null;
    const run = (nowMs) => {
      beginMs ??= nowMs;
      const passed = Math.max(0, nowMs - beginMs) * perMs;
      const place = Math.min(film.last, start + Math.floor(passed / step) * step);
      this.#onPlace(place);
      if (place < film.last) {
        this.#frame = requestAnimationFrame(run);
      } else {
        this.pause();
      }
    };
    this.#frame = requestAnimationFrame(run);
  }

  pause() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#onEnd();
  }
}
