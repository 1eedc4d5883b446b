// One answer on its way: a request and the stream that it became.
//
//   sending ──accepted──▶ queued ──started, tokens, previews, images──▶ running ──finished──▶ finished, or failed where an error caused it
//      ├── refused with an error ────────────────────────────────────────▶ failed
//      └── the connection broke before `accepted` ───────────────────────▶ failed (unconfirmed)
//
// The record is plain data: it is what localStorage keeps, so that text, count of tokens and cursor are always of one
// moment, and a reload continues exactly there.

/** Marks a generation that this page has watched since it was sent. No part of what is kept: a symbol is no JSON. */
export const watched = Symbol('watched');

/** @returns a generation that is about to be sent */
export function newGeneration(model, nowMs) {
  return {
    phase: 'sending',
    model,
    submittedMs: nowMs,
    text: '',
    taken: 0, // tokens or pictures taken, which is the index of the next one
    pictures: [], // of a model that draws: {data (base64), mediaType, width, height, stored, afterMs}
    id: null, // the request id, once accepted
    from: null, // where the stream begins
    cursor: null, // the last record taken
    worker: null,
    attempt: null,
    attempts: 0,
    promptTokens: null,
    firstTokenMs: null, // from sending to the first token, as seen from here
    firstBornMs: null,
    lastBornMs: null,
    stopping: false,
    reason: null,
    stop: null,
    usage: null,
    timings: null,
    warnings: [], // what was understood otherwise than it was asked for: {code, message, words}
    error: null,
  };
}

/** Ends a generation that was on its way to the server when the page was left. */
export function endUnconfirmed(generation) {
  fail(generation, 'unconfirmed', 'The page was left before the server confirmed the request.');
}

/** @returns a generation that somebody else asked for; all there is, is its id */
export function followedGeneration(id, nowMs) {
  return {...newGeneration('', nowMs), phase: 'queued', id, followed: true};
}

export function isLive(generation) {
  return generation.phase === 'sending' || generation.phase === 'queued' || generation.phase === 'running';
}

/**
 * Takes one frame of the server.
 *
 * @param {number} nowMs Date.now() at its arrival
 * @returns {'taken'|'dropped'|'gap'} `gap`: something is missing before this frame, which was not taken
 */
export function take(generation, frame, nowMs) {
  if (!isLive(generation)) {
    return 'dropped'; // after the end nothing counts any more
  }
  switch (frame.type) {
    case 'accepted':
      generation.id = frame.id;
      generation.from = frame.from ?? null;
      generation.phase = 'queued';
      return 'taken';
    case 'started':
      generation.phase = 'running';
      generation.model = frame.model ?? generation.model;
      generation.worker = frame.worker ?? null;
      if (frame.attempt !== generation.attempt) {
        generation.attempt = frame.attempt ?? null;
        generation.attempts += 1;
      }
      return 'taken';
    case 'tokens':
      return takeTokens(generation, frame, nowMs);
    case 'preview':
      generation.phase = 'running';
      return 'taken'; // no part of the stream: it may be missed
    case 'image':
      return takeImage(generation, frame, nowMs);
    case 'finished':
      return takeFinished(generation, frame);
    case 'cancelled':
      generation.stopping = true; // the end itself is `finished`
      return 'taken';
    case 'error':
      // Of a request: it is refused. Of a stream: it may go on, and if it does not, `finished` follows or Streams ends it.
      generation.error = failureOf(frame);
      if (generation.phase === 'sending') {
        generation.phase = 'failed';
      }
      return 'taken';
    default:
      return 'dropped'; // a frame of a later version
  }
}

function takeTokens(generation, frame, nowMs) {
  const first = frame.first_index ?? generation.taken;
  if (first < generation.taken) {
    return 'dropped'; // seen before
  }
  if (first > generation.taken) {
    return 'gap';
  }
  const bornMs = frame.born_ms ?? nowMs;
  if (generation.taken === 0) {
    // Of a stream that is joined late it counts when the token was made, by the server's clock, not when it was read.
    const seenMs = generation[watched] ? nowMs : Math.min(nowMs, bornMs);
    generation.firstTokenMs = Math.max(0, seenMs - generation.submittedMs);
    generation.firstBornMs = bornMs;
  }
  generation.phase = 'running';
  generation.error = null; // whatever it was, it is over
  generation.lastBornMs = bornMs;
  generation.taken += frame.ids?.length ?? 0;
  generation.text += frame.text ?? '';
  generation.cursor = frame.cursor ?? generation.cursor;
  generation.promptTokens = frame.prompt_tokens ?? generation.promptTokens;
  return 'taken';
}

function takeImage(generation, frame, nowMs) {
  const first = frame.first_index ?? generation.taken;
  if (first !== generation.taken) {
    return first < generation.taken ? 'dropped' : 'gap';
  }
  generation.phase = 'running';
  generation.error = null;
  generation.taken += 1;
  generation.cursor = frame.cursor ?? generation.cursor;
  generation.pictures ??= []; // of one that an older page began
  generation.pictures.push({
    data: frame.data ?? '',
    mediaType: frame.media_type ?? 'image/png',
    width: frame.width ?? null,
    height: frame.height ?? null,
    stored: frame.stored ?? null,
    afterMs: generation[watched] ? nowMs - generation.submittedMs : null, // from sending to its arrival, as seen from here
  });
  return 'taken';
}

function takeFinished(generation, frame) {
  if (typeof frame.total === 'number' && frame.total > generation.taken) {
    return 'gap';
  }
  generation.text += frame.text ?? '';
  generation.reason = frame.reason ?? 'stop';
  generation.stop = frame.stop || null;
  generation.usage = frame.usage ?? null;
  generation.timings = frame.timings ?? null;
  generation.warnings = frame.warnings ?? [];
  if (generation.reason === 'error') {
    generation.phase = 'failed';
    generation.error ??= failureOf({});
  } else {
    generation.phase = 'finished';
    generation.error = null;
  }
  return 'taken';
}

function failureOf(frame) {
  return {
    code: frame.code ?? 'internal',
    message: frame.message ?? '',
    field: frame.field ?? null,
    status: frame.status ?? null,
    retryAfterMs: frame.retry_after_ms ?? null,
  };
}

/** Ends a generation from this side, when no frame will; with the error that came last if no other is given. */
export function fail(generation, code = generation.error?.code, message = generation.error?.message) {
  generation.phase = 'failed';
  if (generation.error?.code !== code) {
    generation.error = failureOf({code, message});
  }
}

/** Forgets what was taken, to read the stream anew from its beginning. */
export function rewind(generation) {
  generation.text = '';
  generation.pictures = [];
  generation.taken = 0;
  generation.cursor = null;
}
