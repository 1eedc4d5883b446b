// The form of the gallery: what to draw, with which families, how many, from which seed, and from which pictures.

import {makeControl, newSeed} from '../controls.js';
import {byId, element, icon} from '../dom.js';
import {faultOf} from '../parameters.js';
import {kept} from '../storage.js';
import {Sources} from './sources.js';
import {surprise} from './surprise.js';

const KEPT = 'weir.easel';
const FRAMES = 8; // of the way between two pictures

/** @type {import('../parameters.js').Parameter[]} */
const PARAMETERS = [
  {name: 'n', label: 'Pictures', kind: 'integer', least: 1, most: 16, initial: 4, placeholder: '4'},
  {name: 'seed', label: 'Seed', kind: 'integer', dice: true, placeholder: 'Random'},
  {name: 'temperature', label: 'Temperature', kind: 'slider', least: 0, most: 2, step: 0.05, initial: 1},
  {name: 'strength', label: 'Strength', kind: 'slider', least: 0, most: 1, step: 0.05, initial: 0.5, about: 'How far from the picture: 0 is the picture as the model sees it, 1 as good as another one.'},
];

export class Easel {
  #form = byId('easel');
  #subject = byId('subject');
  #values = {...Object.fromEntries(PARAMETERS.map(({name, initial}) => [name, initial])), keepsSeed: false, left: [], ...read()};
  #rows = new Map(); // parameter name -> {show, input, row, fault}
  #keep; // button
  #models = []; // {id, family}
  #live = false;

  /** @param {{onDraw: (models: object[], asked: object) => void, onStop: () => void, onFault: (sentence: string) => void}} listener */
  constructor(listener) {
    this.sources = new Sources(byId('sources'), () => this.#showSources());
    for (const parameter of PARAMETERS) {
      byId(parameter.name === 'strength' ? 'strength' : 'easel-parameters').append(this.#row(parameter));
    }
    this.#keep = element('button', {type: 'button', class: 'icon-button', 'aria-label': 'Keep this seed', title: 'Keep this seed', on: {click: () => this.#setKept(!this.#values.keepsSeed)}}, icon('pin'));
    this.#rows.get('seed').row.querySelector('.with-button').append(this.#keep);
    this.#setKept(this.#values.keepsSeed);
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit(listener);
    });
    this.#subject.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        this.#form.requestSubmit();
      }
    });
    byId('surprise').addEventListener('click', () => this.use({prompt: surprise()}));
    byId('easel-stop').addEventListener('click', () => listener.onStop());
    this.#showSources();
  }

  focus() {
    this.#subject.focus({preventScroll: true});
  }

  /** The families that can be drawn with. @param {{id: string, family: string}[]} models */
  show(models) {
    const before = JSON.stringify(this.#models);
    this.#models = models;
    if (JSON.stringify(models) !== before) {
      this.#showFamilies();
    }
  }

  /** Fills in what is given. @param {{prompt?: string, seed?: number}} asked a seed stays */
  use({prompt, seed}) {
    if (prompt !== undefined) {
      this.#subject.value = prompt;
    }
    if (seed !== undefined) {
      this.#show('seed', seed);
      this.#setKept(true);
    }
    this.focus();
  }

  /** While something is drawn, the button stops it. */
  setLive(live, stopping) {
    const hadFocus = [byId('easel-stop'), byId('draw')].includes(document.activeElement);
    this.#live = live;
    byId('easel-stop').hidden = !live;
    byId('easel-stop').disabled = stopping;
    byId('draw').hidden = live;
    if (hadFocus && document.activeElement === document.body) {
      this.focus(); // its button has gone
    }
  }

  #submit(listener) {
    const models = this.#chosen();
    const faulty = PARAMETERS.find((parameter) => this.#applies(parameter) && this.#faultOf(parameter));
    if (this.#live) {
      return;
    }
    if (models.length === 0) {
      listener.onFault(this.#models.length === 0 ? 'No model that draws is served yet.' : 'Choose a family to draw with.');
      return;
    }
    if (faulty) {
      this.#rows.get(faulty.name).input.focus();
      listener.onFault(`${faulty.label} cannot be used as it is.`);
      return;
    }
    if (!this.#values.keepsSeed || this.#values.seed === undefined) {
      this.#show('seed', newSeed());
    }
    const {seed, temperature, n, strength} = this.#values;
    const sources = this.sources.pictures;
    listener.onDraw(models, {
      prompt: this.#subject.value.trim(),
      seed,
      temperature,
      n: sources.length === 2 ? FRAMES : n,
      sources,
      strength: sources.length === 1 ? strength : null,
    });
  }

  /** Those that draw now: from sources only those that can. */
  #chosen() {
    const able = this.#models.filter(({family}) => this.#isAble(family));
    return able.filter(({id}) => this.sources.count > 0 || !this.#values.left.includes(id));
  }

  #isAble(family) {
    return this.sources.count <= mostSources(family);
  }

  #row(parameter) {
    const id = `easel-${parameter.name}`;
    const about = parameter.about ? element('p', {class: 'about', id: `${id}-about`}, parameter.about) : null;
    const fault = element('p', {class: 'fault', id: `${id}-fault`, hidden: true});
    const control = makeControl(parameter, id, [about?.id, fault.id].filter(Boolean).join(' '), (value) => {
      this.#set(parameter.name, value);
      if (parameter.name === 'seed') {
        this.#setKept(value !== undefined);
      }
    });
    const label = element('label', {for: id}, parameter.label);
    const row = element('div', {class: `parameter of-${parameter.name}`},
      element('div', {class: 'parameter-head'}, label, control.slider ? control.input : null),
      control.slider ?? control.box ?? control.input, about, fault);
    this.#rows.set(parameter.name, {...control, row, fault});
    control.show(this.#values[parameter.name]);
    return row;
  }

  #show(name, value) {
    this.#rows.get(name).show(value);
    this.#set(name, value);
  }

  #set(name, value) {
    this.#values[name] = value;
    const {input, fault} = this.#rows.get(name);
    const sentence = this.#faultOf(PARAMETERS.find((parameter) => parameter.name === name));
    fault.hidden = sentence === null;
    fault.textContent = sentence ?? '';
    input.toggleAttribute('aria-invalid', sentence !== null);
    if (sentence !== null) {
      input.setAttribute('aria-invalid', 'true');
    }
    this.#remember();
  }

  #faultOf(parameter) {
    const value = this.#values[parameter.name];
    return value === undefined && parameter.name !== 'seed' ? 'Write a number.' : faultOf(parameter, value);
  }

  #applies({name}) {
    return name === 'strength' ? this.sources.count === 1 : name !== 'n' || this.sources.count < 2;
  }

  #setKept(keeps) {
    this.#values.keepsSeed = keeps;
    this.#keep?.setAttribute('aria-pressed', String(keeps));
    this.#remember();
  }

  #showFamilies() {
    byId('families').replaceChildren(element('legend', {}, 'Draw with'), ...this.#models.map(({id, family}) => {
      const able = this.#isAble(family);
      const box = element('input', {type: 'checkbox', class: 'unseen', name: 'family', value: id, disabled: !able});
      box.checked = able && (this.sources.count > 0 || !this.#values.left.includes(id));
      box.addEventListener('change', () => {
        this.#values.left = this.#values.left.filter((one) => one !== id);
        if (!box.checked) {
          this.#values.left.push(id);
        }
        this.#remember();
      });
      return element('label', {class: 'chip', title: able ? null : `It cannot begin with ${mostSources(family) === 0 ? 'a picture' : 'two pictures'}`}, box, icon('check'), element('span', {}, id));
    }));
  }

  #showSources() {
    const {count} = this.sources;
    this.#form.dataset.sources = count;
    byId('strength').hidden = count !== 1;
    this.#rows.get('n').row.hidden = count === 2;
    byId('draw').lastElementChild.textContent = ['Draw', 'Vary', 'Blend'][count];
    this.#showFamilies();
  }

  #remember() {
    try {
      kept.setItem(KEPT, JSON.stringify(this.#values));
    } catch {
      // No room: it lasts as long as the page.
    }
  }
}

/** From how many pictures a family can begin: an encoder reads two, diffusion forgets a part of one. */
export function mostSources(family) {
  return {vae: 2, diffusion: 1}[family] ?? 0;
}

function read() {
  try {
    const {left, ...values} = JSON.parse(kept.getItem(KEPT) ?? '{}');
    return {...values, left: Array.isArray(left) ? left : []};
  } catch {
    return {};
  }
}
