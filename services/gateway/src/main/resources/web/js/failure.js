// What went wrong, and what to do about it, where the answer would stand.

import {element, icon} from './dom.js';

/**
 * @param {object} error of a generation
 * @param {{title: string, next: string, again: boolean}} advice
 * @param {object} buttons `change` ({label, onClick}, or null), `giveKey` (called where a key is wanted) and `again`
 *     (or null, where it cannot be asked once more)
 */
export function failureView(error, advice, {change, giveKey, again}) {
  const buttons = [];
  if (change) {
    buttons.push(button(change.label, change.onClick));
  }
  if (error.status === 401) {
    buttons.push(button('Give a key', giveKey));
  }
  if (advice.again && again) {
    buttons.push(againButton(error.retryAfterMs, again));
  }
  return element('div', {class: 'failure'}, icon('alert'), element('div', {},
    element('h3', {}, advice.title),
    error.message ? element('p', {class: 'message'}, error.message) : null,
    advice.next ? element('p', {}, advice.next) : null,
    buttons.length > 0 ? element('div', {class: 'next'}, ...buttons) : null));
}

/** "Try again", which waits as long as the server asked for. */
function againButton(waitMs, onClick) {
  const again = button('Try again', onClick);
  const untilMs = Date.now() + (waitMs ?? 0);
  const count = () => {
    const left = Math.ceil((untilMs - Date.now()) / 1000);
    again.disabled = left > 0;
    again.textContent = left > 0 ? `Try again in ${left} s` : 'Try again';
    if (left > 0) {
      setTimeout(count, 250);
    }
  };
  count();
  return again;
}

function button(label, onClick) {
  return element('button', {type: 'button', class: 'outlined', on: {click: onClick}}, label);
}
