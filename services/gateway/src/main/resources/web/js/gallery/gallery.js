// The gallery: what its buttons do, and what is drawn when something comes.

import {adviceFor} from '../advice.js';
import {alarm, announce, toast} from '../announce.js';
import {copyText} from '../copy.js';
import {byId, element} from '../dom.js';
import {Painter} from '../painter.js';
import {Closer, seedOf} from './closer.js';
import {DrawingView} from './drawing-view.js';
import {Easel, mostSources} from './easel.js';

const IDEAS = [
  'a person with curly red hair and a striped navy top',
  'a smiling red mouth, round green eyes and a purple hat',
  'spiky blue hair and tinted wide glasses against a night background',
];

export class Gallery {
  #session;
  #access;
  #drawings;
  #models = null; // {id, family, slots, running}; null as long as nobody knows
  #views = new Map(); // drawing id -> DrawingView
  #place = byId('drawings');
  #dirty = new Set(); // drawing ids
  #painter = new Painter(() => this.#paint());
  #shown = false;
  #does; // what the buttons of drawings do

  /**
   * @param {Session} session
   * @param {Access} access asked where a key is wanted
   */
  constructor(session, access) {
    this.#session = session;
    this.#access = access;
    this.#drawings = session.drawings;
    this.#does = {
      look: (drawing, generation, index) => this.closer.open(drawing, generation, index),
      again: (drawing, generation) => this.#again(drawing, generation),
      use: ({prompt}) => this.#use({prompt}),
      remove: (drawing) => this.#remove(drawing),
      giveKey: () => this.#access.ask(),
      useSeed: (drawing, index) => this.#use({prompt: drawing.prompt ?? '', seed: seedOf(drawing, index)}),
      pick: (picture, name) => this.#pick(picture, name),
      pickedCount: () => this.easel.sources.count,
      canBegin: () => this.#models?.some(({family}) => mostSources(family) > 0) ?? false,
      previewsOf: (generation, picture) => this.#drawings.previewsOf(generation, picture),
      queueOf: (generation) => this.#queueOf(generation),
    };
    this.closer = new Closer(this.#does);
    this.easel = new Easel({
      onDraw: (models, asked) => this.#draw(models, asked),
      onStop: () => this.stop(),
      onFault: (sentence) => {
        toast(sentence);
        alarm(sentence);
      },
    });
    byId('gallery-ideas').replaceChildren(...IDEAS.map((idea) =>
      element('li', {}, element('button', {type: 'button', on: {click: () => this.easel.use({prompt: idea})}}, idea))));
    byId('copy-painter').addEventListener('click', ({currentTarget}) => copyText('services/weir up', currentTarget));
  }

  /** Shows what is kept. Called once, when the streams of the last visit go on. */
  start() {
    this.#place.replaceChildren(...this.#drawings.list().map((drawing) => this.#viewOf(drawing).node));
    this.#showState();
  }

  setShown(shown) {
    this.#shown = shown;
    this.#showState();
  }

  focus() {
    this.easel.focus();
  }

  /** @returns {boolean} whether something draws, or nobody wants it now */
  onModels(models) {
    this.#models = models.map(({id, weir}) => ({id, family: familyOf(id, weir?.family), slots: weir?.slots, running: weir?.running}));
    this.easel.show(this.#models.map(({id, family}) => ({id, family})));
    this.#showState();
    return this.#models.length > 0 || !this.#shown;
  }

  /** Shows the pictures of a request that may have been made elsewhere. */
  follow(request) {
    const drawing = this.#drawings.followRequest(request);
    if (!this.#views.has(drawing.id)) {
      this.#place.prepend(this.#viewOf(drawing).node);
      this.#showState();
    }
  }

  onChange(generation, drawing, frame) {
    this.#dirty.add(drawing.id);
    this.#painter.schedule();
    if (frame?.type === 'preview' || frame?.type === 'image') {
      return;
    }
    if (generation.phase === 'failed') {
      const {title, next} = adviceFor(generation.error);
      alarm(`${generation.model}: ${title}. ${generation.error.message} ${next}`);
      if (generation.error.status === 401) {
        this.#access.ask();
      }
    } else if (this.#shown && generation.phase === 'finished') {
      const {length} = generation.pictures;
      announce(generation.reason === 'cancelled' ? 'Stopped' : `${length} ${length === 1 ? 'picture' : 'pictures'} by ${generation.model} ${[...(generation.warnings ?? [])].map(({message}) => message).join(' ')}`.trim());
    }
    this.#showState();
  }

  stop() {
    if (this.#drawings.live().length > 0) {
      this.#drawings.stop();
      announce('Stopping');
    }
  }

  #draw(models, asked) {
    const drawing = this.#drawings.draw(models, asked);
    const {node} = this.#viewOf(drawing);
    this.#place.prepend(node);
    this.easel.sources.clear();
    this.#forgetDropped();
    this.#showState();
    node.scrollIntoView({block: 'nearest', behavior: 'smooth'});
    announce(this.#session.connection.isOpen ? `Drawing with ${models.map(({id}) => id).join(' and ')}` : 'No connection: it is sent as soon as there is one.');
  }

  #again(drawing, generation) {
    this.#drawings.again(drawing, generation);
    this.#views.get(drawing.id).update();
    this.#showState();
    this.focus();
  }

  #use(asked) {
    this.easel.use(asked);
    byId('gallery-view').scrollTop = 0;
  }

  #pick(picture, name) {
    this.easel.sources.add(picture, name);
    byId('gallery-view').scrollTop = 0;
    this.focus();
    announce(this.easel.sources.count === 2 ? 'Two pictures picked: the way from one to the other' : 'Picked for variations');
  }

  #remove(drawing) {
    this.#drawings.remove(drawing);
    this.#views.get(drawing.id)?.node.remove();
    this.#views.delete(drawing.id);
    this.#showState();
    this.focus();
    toast('Drawing deleted', 'Undo', () => {
      this.#drawings.store.restore(drawing);
      this.start();
    });
  }

  /** What the store had no more room for. */
  #forgetDropped() {
    const known = new Set(this.#drawings.store.list().map(({id}) => id));
    for (const [id, view] of this.#views) {
      if (!known.has(id)) {
        view.node.remove();
        this.#views.delete(id);
      }
    }
  }

  #viewOf(drawing) {
    if (!this.#views.has(drawing.id)) {
      this.#views.set(drawing.id, new DrawingView(drawing, this.#does));
    }
    return this.#views.get(drawing.id);
  }

  #queueOf({model}) {
    const {slots, running} = this.#models?.find(({id}) => id === model) ?? {};
    return slots > 0 && running >= slots ? `Waiting: all ${slots} slots are taken` : 'Waiting for a free slot';
  }

  #showState() {
    const live = this.#drawings.live();
    this.easel.setLive(live.length > 0, live.length > 0 && live.every(({stopping}) => stopping));
    byId('no-painter').hidden = this.#models === null || this.#models.length > 0;
    byId('gallery-empty').hidden = this.#views.size > 0;
    if (this.#shown) {
      byId('title').textContent = 'Gallery';
      document.title = `${live.length > 0 ? '● ' : ''}Gallery · Weir`;
    }
  }

  #paint() {
    for (const id of this.#dirty) {
      this.#views.get(id)?.update();
    }
    this.#dirty.clear();
    this.#session.streams.rendered();
    return false;
  }
}

/** A family by its name, where the name says it. */
function familyOf(id, family) {
  return ['pixel', 'vae', 'diffusion'].find((one) => one === id || one === family) ?? family ?? id;
}
