// The one WebSocket: opens, watches, and opens again.
//
//   connecting ──open──▶ open ──lost──▶ waiting ──time, or "now"──▶ connecting
//        └──────────────lost───────────────▲

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const PING_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 10_000;
const CONNECT_WITHIN_MS = 10_000;

export class Connection {
  #url;
  #key;
  #listener;
  #socket = null;
  #state = 'connecting';
  #failures = 0;
  #retryAtMs = 0;
  #retryTimer = 0;
  #watchTimer = 0;

  /**
   * @param {URL} url of the WebSocket
   * @param {() => string|null} key the API key, if there is one
   * @param {{onState: (state: string, retryAtMs: number) => void, onFrame: (frame: object) => void}} listener
   */
  constructor(url, key, listener) {
    this.#url = url;
    this.#key = key;
    this.#listener = listener;
    addEventListener('online', () => this.retryNow());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) {
        this.retryNow();
      }
    });
  }

  get isOpen() {
    return this.#state === 'open';
  }

  open() {
    clearTimeout(this.#retryTimer);
    this.#enter('connecting');
    const socket = new WebSocket(this.#url, protocols(this.#key()));
    this.#socket = socket;
    this.#watch(() => this.#drop(), CONNECT_WITHIN_MS);
    socket.addEventListener('open', () => this.#onOpen(socket));
    socket.addEventListener('message', (event) => this.#onMessage(socket, event.data));
    socket.addEventListener('close', () => this.#onClose(socket));
  }

  /** Sends a frame; false if there is no connection, and then nothing was sent. */
  send(frame) {
    if (!this.isOpen || this.#socket.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Cuts a wait short. */
  retryNow() {
    if (this.#state === 'waiting') {
      this.open();
    }
  }

  /** Begins anew, because the key has changed. */
  restart() {
    this.#failures = 0;
    this.#drop();
    this.open();
  }

  #onOpen(socket) {
    if (socket !== this.#socket) {
      return;
    }
    this.#failures = 0;
    this.#expectLife();
    this.#enter('open');
  }

  #onMessage(socket, text) {
    if (socket !== this.#socket || typeof text !== 'string') {
      return;
    }
    this.#expectLife();
    let frame;
    try {
      frame = JSON.parse(text);
    } catch (e) {
      console.error('not a frame', text, e);
      return;
    }
    if (frame.type !== 'pong') {
      this.#listener.onFrame(frame);
    }
  }

  #onClose(socket) {
    if (socket !== this.#socket) {
      return; // an older one
    }
    clearTimeout(this.#watchTimer);
    this.#socket = null;
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Spread, so that a restarted server is not met by all its pages at once.
    const spread = wait * (0.75 + Math.random() / 2);
    this.#retryAtMs = Date.now() + spread;
    this.#retryTimer = setTimeout(() => this.open(), spread);
    this.#enter('waiting');
  }

  /** A peer that vanished without a word is noticed by its silence. */
  #expectLife() {
    this.#watch(() => {
      this.send({type: 'ping'});
      this.#watch(() => this.#drop(), ANSWER_WITHIN_MS);
    }, PING_EVERY_MS);
  }

  /** Gives up a silent socket without waiting for a closing handshake that may never come. */
  #drop() {
    const socket = this.#socket;
    if (socket) {
      socket.close();
      this.#onClose(socket);
    }
  }

  #watch(then, afterMs) {
    clearTimeout(this.#watchTimer);
    this.#watchTimer = setTimeout(then, afterMs);
  }

  #enter(state) {
    this.#state = state;
    this.#listener.onState(state, this.#retryAtMs);
  }
}

/** A browser sends no headers with a WebSocket: the key goes as a subprotocol, in base64url. */
function protocols(key) {
  if (!key) {
    return [];
  }
  const bytes = String.fromCharCode(...new TextEncoder().encode(key));
  const encoded = btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  return ['weir.v1', `weir.bearer.${encoded}`];
}
