// Starts the page and wires what is in index.html from the beginning.

import {byId} from './dom.js';
import {Page} from './page.js';
import {kept} from './storage.js';

const page = new Page();

byId('new').addEventListener('click', () => page.newConversation('chat'));
byId('settings-reset').addEventListener('click', () => page.settings.reset());
byId('mode').addEventListener('change', ({target}) => page.setMode(target.value));
wireTheme();

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing && !byId('access').open) {
    page.escape();
  } else if (event.key.toLowerCase() === 'o' && event.shiftKey && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    page.newConversation('chat');
  }
});

page.start();

function wireTheme() {
  const root = document.documentElement;
  document.querySelector(`#theme input[value="${root.dataset.theme ?? 'system'}"]`).checked = true;
  byId('theme').addEventListener('change', ({target}) => {
    if (target.value === 'system') {
      delete root.dataset.theme;
      kept.removeItem('weir.theme');
    } else {
      root.dataset.theme = target.value;
      kept.setItem('weir.theme', target.value);
    }
  });
}
