// Starts the page: what it is made of, and what is in index.html from the beginning.

import {Access} from './access.js';
import {toast} from './announce.js';
import {byId} from './dom.js';
import {Gallery} from './gallery/gallery.js';
import {Models, draws, writes} from './models.js';
import {Page} from './page.js';
import {Session} from './session.js';
import {kept} from './storage.js';
import {Views} from './views.js';

const access = new Access(() => {
  models.ask();
  session.connection.restart();
});
const key = () => access.key;
const session = new Session(key, {
  onTokens: (generation) => page.onTokens(generation),
  onTurn: (generation, conversation, frame) => page.onTurn(generation, conversation, frame),
  onDrawing: (generation, drawing, frame) => gallery.onChange(generation, drawing, frame),
  onTrouble: (frame) => page.onTrouble(frame),
  onLink: (state, retryAtMs) => {
    page.onLink(state, retryAtMs);
    if (state === 'open') {
      models.ask();
    }
  },
  onFull: () => toast('This browser has no more room: what comes now is not kept.'),
});
const page = new Page(session, access);
const gallery = new Gallery(session, access);
const views = new Views(page, gallery);
const models = new Models(new URL('v1/models', document.baseURI), key, {
  onModels: (served) => {
    const texts = served.filter(writes);
    page.onModels(texts);
    const draw = gallery.onModels(served.filter(draws));
    return texts.length > 0 && draw;
  },
  onRefused: () => access.ask(),
});

function newConversation() {
  views.show(false);
  page.newConversation('chat');
}

byId('new').addEventListener('click', newConversation);
byId('settings-reset').addEventListener('click', () => page.settings.reset());
byId('mode').addEventListener('change', ({target}) => page.setMode(target.value));
wireTheme();

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing && !document.querySelector('dialog[open]')) {
    if (!page.drawers.closeOver()) {
      (views.inGallery ? gallery.stop() : page.escape());
    }
  } else if (event.key.toLowerCase() === 'o' && event.shiftKey && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    newConversation();
  }
});

session.start();
gallery.start();
views.start();
models.ask();

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
