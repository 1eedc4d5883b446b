// Copying text, also where the page came over plain HTTP and the clipboard API is closed.

import {announce} from './announce.js';

const SAY_FOR_MS = 1_500;

/** Copies text and says so on the button. */
export async function copyText(text, button) {
  const copied = await write(text);
  const label = button.lastChild;
  const before = label.data;
  const said = copied ? 'Copied' : 'Copying is not allowed here';
  announce(said);
  if (before !== said) {
    label.data = said;
    setTimeout(() => (label.data = before), SAY_FOR_MS);
  }
}

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeBySelection(text);
  }
}

function writeBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.className = 'unseen';
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  focused?.focus();
  return copied;
}
