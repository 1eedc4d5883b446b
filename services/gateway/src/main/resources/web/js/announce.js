// What assistive technology hears: the turns of a conversation, not each token.

import {byId} from './dom.js';

const LONGEST = 600;

/** Said when there is a pause. */
export function announce(text) {
  byId('announcer').textContent = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Said at once: something failed. */
export function alarm(text) {
  byId('alarm').textContent = text;
}

let hideToast = 0;

/** Shows a short note at the bottom, with an action if there is one. */
export function toast(text, label = null, onAction = null, forMs = 6_000) {
  const note = byId('toast');
  clearTimeout(hideToast);
  const hide = () => (note.hidden = true);
  note.replaceChildren(text);
  if (label) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.addEventListener('click', () => {
      hide();
      onAction();
    });
    note.append(button);
  }
  note.hidden = false;
  hideToast = setTimeout(hide, forMs);
}
