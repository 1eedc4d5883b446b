// One drawing on the screen: its prompt, and side by side what each family makes of it.

import {action, element} from '../dom.js';
import {Column} from './column.js';
import {thumbnail} from './sources.js';

export class DrawingView {
  #drawing;
  #gallery;
  #columns = new Map(); // generation -> Column
  #title = element('h2');
  #facts = element('p', {class: 'drawing-facts'});
  #warnings = element('ul', {class: 'warnings', hidden: true});
  #row = element('div', {class: 'columns'});
  #warned = null;

  /**
   * @param {object} drawing
   * @param {object} gallery what the buttons do: look, again, use, remove, giveKey; and previewsOf
   */
  constructor(drawing, gallery) {
    this.#drawing = drawing;
    this.#gallery = gallery;
    this.node = element('article', {class: 'drawing', 'aria-labelledby': `d-${drawing.id}`},
      element('header', {}, this.#title, this.#facts, this.#warnings),
      this.#row,
      element('div', {class: 'actions'},
        drawing.prompt === null ? null : action('again', 'Use again', () => gallery.use(drawing)),
        action('trash', 'Delete', () => gallery.remove(drawing))));
    this.#title.id = `d-${drawing.id}`;
    this.#showFacts();
    this.update();
  }

  update() {
    const {generations} = this.#drawing;
    for (const generation of generations) {
      if (!this.#columns.has(generation)) {
        this.#columns.set(generation, new Column(this.#drawing, generation, this.#gallery));
      }
      this.#columns.get(generation).update();
    }
    const nodes = generations.map((generation) => this.#columns.get(generation).node);
    if (nodes.some((node, i) => node !== this.#row.children[i])) {
      this.#row.replaceChildren(...nodes); // one was asked once more
    }
    this.#showWarnings();
  }

  #showFacts() {
    const {seed, temperature, sources, strength} = this.#drawing;
    const facts = [
      seed === null ? 'A followed stream' : `seed ${seed}`,
      temperature === null ? null : `temperature ${temperature}`,
      strength === null ? null : `strength ${strength}`,
    ].filter(Boolean);
    this.#facts.replaceChildren(
      ...(sources.length === 0 ? [] : [element('span', {class: 'origin'}, sources.length === 1 ? 'variations of' : 'from', ...sources.flatMap((source, i) => [i > 0 ? ' to ' : null, thumbnail(source, i === 0 ? 'the first picture' : 'the second picture')].filter(Boolean)))]),
      ...facts.map((fact) => element('span', {}, fact)));
  }

  /** What was not understood, once for all families that say the same, and marked in the prompt. */
  #showWarnings() {
    const {prompt, generations} = this.#drawing;
    const byMessage = new Map(); // message -> families
    const words = new Set();
    for (const {warnings, model} of generations) {
      for (const {message, words: own} of warnings ?? []) {
        byMessage.set(message, [...(byMessage.get(message) ?? []), model]);
        own?.forEach((word) => words.add(word));
      }
    }
    const said = JSON.stringify([...byMessage]);
    if (said === this.#warned) {
      return;
    }
    this.#warned = said;
    this.#title.replaceChildren(...(prompt ? marked(prompt, words) : [element('span', {class: 'unsaid'}, prompt === null ? 'Pictures of another request' : 'Anything at all')]));
    this.#warnings.hidden = byMessage.size === 0;
    this.#warnings.replaceChildren(...[...byMessage].map(([message, families]) =>
      element('li', {}, element('strong', {}, `${families.join(', ')}:`), ` ${message}`)));
  }
}

/** The prompt, with these words marked wherever they stand as words. */
function marked(prompt, words) {
  if (words.size === 0) {
    return [prompt];
  }
  const any = [...words].sort((a, b) => b.length - a.length).map(RegExp.escape ?? escaped).join('|');
  const pieces = prompt.split(new RegExp(`(?<![\\p{L}\\p{N}])(${any})(?![\\p{L}\\p{N}])`, 'giu'));
  return pieces.map((piece, i) => (i % 2 === 0 ? piece : element('mark', {}, piece)));
}

function escaped(text) {
  return text.replace(/[\\^$.*+?()[\]{}|\/-]/g, '\\$&');
}
