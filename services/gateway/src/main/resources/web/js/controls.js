// Makes the controls of parameters: what is typed or moved, and how a value is shown.

import {element, icon} from './dom.js';

/**
 * @param {import('./parameters.js').Parameter} parameter
 * @param {string} id of the input
 * @param {string} describedBy ids
 * @param {(value: unknown) => void} onValue undefined: empty
 * @returns the input, what stands around it, and how to show a value
 */
export function makeControl(parameter, id, describedBy, onValue) {
  const {kind, least, most, step, placeholder} = parameter;
  const common = {id, 'aria-describedby': describedBy};
  if (kind === 'switch') {
    const input = element('input', {...common, type: 'checkbox', role: 'switch', on: {change: () => onValue(input.checked)}});
    return {input, show: (value) => (input.checked = Boolean(value))};
  }
  if (kind === 'lines' || kind === 'text') {
    const parse = kind === 'lines' ? linesOf : (text) => text || undefined;
    const format = kind === 'lines' ? (lines) => (lines ?? []).map((line) => line.replaceAll('\n', '\\n')).join('\n') : (text) => text ?? '';
    const input = element('textarea', {...common, class: 'field', rows: kind === 'text' ? 3 : 2, placeholder, spellcheck: 'false', on: {input: () => onValue(parse(input.value))}});
    return {input, show: (value) => (input.value = format(value))};
  }
  // A text field rather than a number field: it keeps what was typed, so that a fault can be named.
  const input = element('input', {
    ...common,
    type: 'text',
    inputmode: kind === 'integer' ? 'numeric' : 'decimal',
    class: kind === 'slider' ? 'field short' : 'field',
    placeholder: placeholder ?? 'Default',
    on: {input: () => onInput(input.value)},
  });
  const onInput = (text) => {
    const value = text.trim() === '' ? undefined : Number(text.trim().replace(',', '.'));
    if (slider && Number.isFinite(value)) {
      slider.value = value;
    }
    onValue(value);
  };
  let slider = null;
  if (kind === 'slider') {
    slider = element('input', {type: 'range', min: least, max: most, step, 'aria-label': `${parameter.label}, slider`, on: {input: () => {
      input.value = slider.value;
      onValue(Number(slider.value));
    }}});
  }
  const show = (value) => {
    input.value = value ?? '';
    if (slider) {
      slider.value = value ?? most;
    }
  };
  if (!parameter.dice) {
    return {input, slider, show};
  }
  const roll = () => {
    input.value = String(newSeed());
    onInput(input.value);
  };
  const dice = element('button', {type: 'button', class: 'icon-button', 'aria-label': 'Draw a seed', on: {click: roll}}, icon('dice'));
  return {input, box: element('div', {class: 'with-button'}, input, dice), show};
}

function linesOf(text) {
  const lines = text.split('\n').filter((line) => line !== '').map((line) => line.replaceAll('\\n', '\n'));
  return lines.length > 0 ? lines : undefined;
}

export function newSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}
