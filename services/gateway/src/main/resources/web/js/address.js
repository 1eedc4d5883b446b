// What the address says: the conversation (c), which this browser knows, and the request that streams in it (r), with
// which any browser can follow; or the gallery (gallery), and a request (r) of which it shows the pictures.

export function readAddress() {
  const parts = new URLSearchParams(location.hash.slice(1));
  return {gallery: parts.has('gallery'), conversation: parts.get('c'), request: parts.get('r')};
}

/** @param {string|null} conversation null: one that has not begun */
export function writeAddress(conversation, request) {
  const hash = conversation ? `#c=${conversation}${request ? `&r=${request}` : ''}` : '';
  if (hash === location.hash) {
    return;
  }
  // Going back leads from conversation to conversation, not from phase to phase.
  const before = readAddress();
  const write = !before.gallery && conversation === before.conversation ? 'replaceState' : 'pushState';
  globalThis.history[write](null, '', hash || location.pathname + location.search);
}
