// The form of the parameters: shows, checks and remembers them.

import {makeControl} from './controls.js';
import {element, icon} from './dom.js';
import {ALL, BASIC, MORE, SYSTEM, VIEW, faultOf} from './parameters.js';
import {kept} from './storage.js';

const KEPT = 'weir.settings';

export class Settings {
  #form;
  #values;
  #controls = new Map(); // name -> {show, row}
  #onChange;

  /** @param {(name: string) => void} onChange called with the name of a parameter that has another value */
  constructor(form, onChange) {
    this.#form = form;
    this.#onChange = onChange;
    this.#values = {...initial(), ...read()};
    this.#build();
  }

  /** By name; what is left to the server is absent. */
  get values() {
    return this.#values;
  }

  /** @returns {string|null} the name of the first parameter that is wrong */
  firstFault() {
    return ALL.find((parameter) => faultOf(parameter, this.#values[parameter.name]))?.name ?? null;
  }

  /** Puts the caret where a value must change; false if there is no such field here. */
  focus(field) {
    const name = field?.split(/[.[]/).findLast((part) => this.#controls.has(part));
    if (!name) {
      return false;
    }
    const {row} = this.#controls.get(name);
    row.closest('details')?.setAttribute('open', '');
    row.querySelector('input:not([type=range]), textarea').focus();
    return true;
  }

  labelOf(field) {
    const parts = field?.split(/[.[]/) ?? [];
    return ALL.findLast(({name}) => parts.includes(name))?.label ?? null;
  }

  reset() {
    this.#values = initial();
    for (const parameter of ALL) {
      this.#show(parameter);
      this.#onChange(parameter.name);
    }
    this.#keep();
  }

  setMode(mode) {
    this.#controls.get(SYSTEM.name).row.hidden = mode !== 'chat';
  }

  #build() {
    const more = element('div', {class: 'pair'});
    const rest = element('div');
    for (const parameter of MORE) {
      (parameter.half ? more : rest).append(this.#row(parameter));
    }
    this.#form.append(
      this.#row(SYSTEM),
      ...BASIC.map((parameter) => this.#row(parameter)),
      element('details', {class: 'more', id: 'more'}, element('summary', {}, 'More sampling', icon('chevron')), more, rest),
      element('details', {class: 'more', open: true}, element('summary', {}, 'View', icon('chevron')), ...VIEW.map((parameter) => this.#row(parameter))),
    );
    for (const parameter of ALL) {
      this.#show(parameter);
    }
  }

  #row(parameter) {
    const id = `p-${parameter.name}`;
    const changed = element('span', {class: 'changed', title: 'Changed', hidden: true});
    const label = element('label', {for: id}, parameter.label, changed);
    const about = parameter.about ? element('p', {class: 'about', id: `${id}-about`}, parameter.about) : null;
    const fault = element('p', {class: 'fault', id: `${id}-fault`, hidden: true});
    const describedBy = [about?.id, fault.id].filter(Boolean).join(' ');
    const control = makeControl(parameter, id, describedBy, (value) => this.#set(parameter, value));
    const row = element('div', {class: 'parameter'});
    if (parameter.kind === 'switch') {
      row.append(element('div', {class: 'switch'}, label, control.input));
    } else if (parameter.kind === 'slider') {
      row.append(element('div', {class: 'parameter-head'}, label, control.input), control.slider);
    } else {
      row.append(element('div', {class: 'parameter-head'}, label), control.box ?? control.input);
    }
    row.append(...[about, fault].filter(Boolean));
    this.#controls.set(parameter.name, {...control, row, changed, fault});
    return row;
  }

  #set(parameter, value) {
    if (value === undefined) {
      delete this.#values[parameter.name];
    } else {
      this.#values[parameter.name] = value;
    }
    this.#judge(parameter);
    this.#keep();
    this.#onChange(parameter.name);
  }

  #show(parameter) {
    this.#controls.get(parameter.name).show(this.#values[parameter.name]);
    this.#judge(parameter);
  }

  #judge(parameter) {
    const {input, changed, fault} = this.#controls.get(parameter.name);
    const value = this.#values[parameter.name];
    const sentence = faultOf(parameter, value);
    const asInitial = (value ?? '') === (parameter.initial ?? '') || value === false || value?.length === 0;
    changed.hidden = parameter.kind === 'switch' || parameter.kind === 'text' || asInitial;
    fault.hidden = sentence === null;
    fault.textContent = sentence ?? '';
    if (sentence) {
      input.setAttribute('aria-invalid', 'true');
    } else {
      input.removeAttribute('aria-invalid');
    }
  }

  #keep() {
    try {
      kept.setItem(KEPT, JSON.stringify(this.#values));
    } catch {
      // No room: the settings last as long as the page.
    }
  }
}

function initial() {
  return Object.fromEntries(ALL.filter((parameter) => parameter.initial !== undefined).map(({name, initial: value}) => [name, value]));
}

function read() {
  try {
    const chosen = JSON.parse(kept.getItem(KEPT) ?? '{}');
    // A basic value that was emptied stays empty; names of other versions go.
    const known = Object.entries(chosen).filter(([name]) => ALL.some((parameter) => parameter.name === name));
    return Object.fromEntries(known);
  } catch {
    return {};
  }
}
