// How likely each token was. One token is in the tab order at a time; the arrow keys go from one to the next.

import {element} from './dom.js';

/**
 * Reads the log-probabilities of a frame, in the form of OpenAI's API.
 *
 * @returns {{text: string, probability: number, top: {text: string, probability: number}[]}[]}
 */
export function tokensOf(frame) {
  return (frame.logprobs ?? []).map((entry) => ({...readOne(entry), top: (entry.top_logprobs ?? []).map(readOne)}));
}

function readOne({token, logprob}) {
  return {text: token, probability: Math.exp(logprob ?? -Infinity)};
}

/**
 * @param {string} given the text that the tokens go on with; empty if there is none
 * @returns an element that shows the tokens and, for the chosen one, what else it might have been
 */
export function probabilitiesView(tokens, given) {
  const chances = element('div', {class: 'chances', role: 'status'});
  const options = tokens.map(({text, probability}, i) =>
    element(
      'span',
      {
        class: 'token',
        role: 'option',
        tabindex: i === 0 ? '0' : '-1',
        'aria-selected': 'false',
        'aria-label': `${visible(text)}, ${percent(probability)}`,
        data: {chance: String(Math.min(4, Math.floor(probability * 5)))},
      },
      text,
    ));
  const select = (i) => {
    const option = options[i];
    const before = options.findIndex((one) => one.tabIndex === 0);
    options[before].tabIndex = -1;
    options[before].setAttribute('aria-selected', 'false');
    option.tabIndex = 0;
    option.setAttribute('aria-selected', 'true');
    chances.replaceChildren(...describe(tokens[i]));
  };
  const list = element('span', {role: 'listbox', 'aria-label': 'Tokens and how likely they were', 'aria-orientation': 'horizontal'}, ...options);
  const indexOf = (target) => options.indexOf(target.closest?.('.token'));
  list.addEventListener('click', ({target}) => indexOf(target) >= 0 && select(indexOf(target)));
  list.addEventListener('focusin', ({target}) => indexOf(target) >= 0 && select(indexOf(target)));
  list.addEventListener('keydown', (event) => {
    const at = indexOf(event.target);
    const to = {ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + 10, ArrowUp: at - 10, Home: 0, End: options.length - 1}[event.key];
    if (to !== undefined && at >= 0) {
      event.preventDefault();
      options[Math.max(0, Math.min(options.length - 1, to))].focus();
    }
  });
  chances.append(tokens.length > 0 ? 'Choose a token to see what else it might have been.' : 'No probabilities came with this answer.');
  return element('div', {data: {apart: ''}}, element('div', {class: 'tokens'}, element('span', {class: 'given'}, given), list), chances);
}

function describe({text, probability, top}) {
  const others = top.filter((other) => other.text !== text);
  return [[{text, probability}, 'chance taken'], ...others.map((other) => [other, 'chance'])].map(([one, kind]) =>
    element('span', {class: kind}, element('code', {}, visible(one.text)), ` ${percent(one.probability)}`));
}

function visible(text) {
  return text.replaceAll(' ', '␣').replaceAll('\n', '↵').replaceAll('\t', '⇥') || '∅';
}

function percent(probability) {
  const value = probability * 100;
  return `${value >= 99.95 || value === 0 ? value.toFixed(0) : value < 0.1 ? '<0.1' : value.toFixed(1)} %`;
}
