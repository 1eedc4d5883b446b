// Drawings and their streams: one prompt, and for each family that draws it a generation. It shows nothing.
//
// Pictures are a kilobyte each, so what is finished is kept in the browser as conversations are. Previews are not: they
// are no part of a stream, and last as long as the page does.

import {endUnconfirmed, followedGeneration, isLive, newGeneration} from '../generation.js';
import {Store, shortened} from '../store.js';

const MOST_DRAWINGS = 40;
const MOST_PICTURES = 256;
const MOST_PREVIEWS = 64; // of each picture; the server sends no more
const PREVIEWS = 16; // asked for: the rows of a picture

/** @type {import('../store.js').Kind} */
const DRAWINGS = {
  index: 'weir.drawings',
  entry: 'weir.drawing.',
  generationsOf: ({generations}) => [...generations],
  titleOf: ({prompt}) => shortened(prompt) || 'Anything',
  summaryOf: ({id, updatedMs, n, generations}) => ({id, updatedMs, pictures: n * generations.length}),
  within(index) {
    let pictures = 0;
    const end = index.findIndex((one, i) => i === MOST_DRAWINGS || (pictures += one.pictures ?? 1) > MOST_PICTURES);
    return end < 0 ? index : index.slice(0, Math.max(1, end));
  },
};

export class Drawings {
  #streams;
  #listener;
  #owners = new WeakMap(); // generation -> drawing
  #previews = new WeakMap(); // generation -> by picture, [{data, mediaType, step, steps}]

  /**
   * @param {Streams} streams
   * @param {Storage} storage
   * @param {object} listener onChange(generation, drawing, frame), onFull()
   */
  constructor(streams, storage, listener) {
    this.#streams = streams;
    this.#listener = listener;
    this.store = new Store(storage, DRAWINGS, listener.onFull);
  }

  /** Goes on with every stream that had not ended when the page was left. */
  start() {
    for (const {owner, generation} of this.store.live()) {
      if (generation.id) {
        this.#follow(owner, generation);
      } else {
        endUnconfirmed(generation);
        this.store.touch(owner);
      }
    }
  }

  owns(generation) {
    return this.#owners.has(generation);
  }

  /** @returns {object[]} drawings, newest first */
  list() {
    return this.store.list().map(({id}) => this.store.get(id)).filter((drawing) => drawing !== null);
  }

  /** @returns {object[]} the generations that are on their way */
  live() {
    return [...this.store.live()].map(({generation}) => generation);
  }

  /**
   * Asks every family for the same.
   *
   * @param {{id: string, family: string}[]} models
   * @param {object} asked `prompt`, `seed`, `temperature`, `n`, `sources` (pictures: none, one or two) and `strength`
   */
  draw(models, asked) {
    const {prompt, seed, temperature, n, sources, strength} = asked;
    const drawing = this.store.create({prompt, seed, temperature, n, sources, strength, generations: []});
    for (const {id, family} of models) {
      drawing.generations.push({...newGeneration(id, Date.now()), family});
    }
    this.store.advance(drawing, Date.now());
    for (const generation of drawing.generations) {
      this.#submit(drawing, generation);
    }
    return drawing;
  }

  /** Asks one family once more for what it failed to draw. */
  again(drawing, generation) {
    const fresh = {...newGeneration(generation.model, Date.now()), family: generation.family};
    drawing.generations.splice(drawing.generations.indexOf(generation), 1, fresh);
    this.store.touch(drawing);
    this.#submit(drawing, fresh);
  }

  /** @returns the drawing of a request, which may have been made elsewhere */
  followRequest(request) {
    const known = this.list().find(({generations}) => generations.some(({id}) => id === request));
    if (known) {
      return known;
    }
    const generation = {...followedGeneration(request, Date.now()), family: ''};
    const drawing = this.store.create({prompt: null, seed: null, temperature: null, n: 1, sources: [], strength: null, generations: [generation]});
    this.store.advance(drawing, Date.now());
    this.#follow(drawing, generation);
    return drawing;
  }

  stop() {
    for (const generation of this.live()) {
      if (!generation.stopping) {
        this.#streams.stop(generation);
      }
    }
  }

  remove(drawing) {
    this.store.remove(drawing.id);
    for (const generation of drawing.generations) {
      if (isLive(generation)) {
        this.#streams.stop(generation);
      }
    }
  }

  /** @returns {{data: string, mediaType: string, step: number, steps: number}[]} what was seen of a picture on its way */
  previewsOf(generation, picture) {
    return this.#previews.get(generation)?.[picture] ?? [];
  }

  onChange(generation, frame) {
    const drawing = this.#owners.get(generation);
    if (frame?.type === 'preview') {
      this.#addPreview(generation, frame);
    } else {
      if (frame?.type === 'started') {
        this.#previews.get(generation)?.splice(generation.taken); // another worker begins these anew
      }
      this.store.touch(drawing);
    }
    if (!isLive(generation)) {
      this.store.flush();
    }
    this.#listener.onChange(generation, drawing, frame);
  }

  #submit(drawing, generation) {
    this.#owners.set(generation, drawing);
    this.#streams.submit(generation, requestOf(drawing, generation.model));
  }

  #follow(drawing, generation) {
    this.#owners.set(generation, drawing);
    this.#streams.follow(generation);
  }

  #addPreview(generation, {picture = 0, data, media_type: mediaType = 'image/png', step = 0, steps = 0}) {
    const all = this.#previews.get(generation) ?? [];
    this.#previews.set(generation, all);
    const own = (all[picture] ??= []);
    own.push({data, mediaType, step, steps});
    own.splice(0, own.length - MOST_PREVIEWS);
  }
}

/** The request, in the server's own form. */
function requestOf({prompt, seed, temperature, n, sources, strength}, model) {
  const image = {n, scale: 1, previews: PREVIEWS};
  if (sources.length > 0) {
    image.sources = sources.map(({data}) => data);
  }
  if (sources.length === 1) {
    image.strength = strength;
  }
  return {model, ...(prompt && {prompt}), seed, temperature, image};
}
