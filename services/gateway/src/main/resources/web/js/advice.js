// What to tell people when something went wrong: what happened, and what they can do next.

/**
 * @param {{code: string, message: string, field: string|null, status: number|null}} error
 * @returns {{title: string, next: string, again: boolean}} `again`: trying again makes sense
 */
export function adviceFor({code, status}) {
  const known = BY_CODE[code] ?? BY_STATUS[status];
  if (known) {
    return {next: '', again: true, ...known};
  }
  if (status >= 400 && status < 500) {
    return {title: 'The request was not accepted', next: 'Change what the message names, then send it again.', again: true};
  }
  return {title: 'Something went wrong on the server', next: 'Try again. If it stays, the server’s log knows more under the request id.', again: true};
}

const NO_MODEL = {title: 'This model is not served', next: 'Choose another model above, or start a worker that serves it.'};
const TOO_LONG = {title: 'The conversation is longer than the model’s context', next: 'Begin a new conversation, shorten the prompt, or lower max tokens.'};
const LARGE = {title: 'The request is too large', next: 'Shorten the prompt or begin a new conversation.'};
const BUSY = {title: 'The server is full', next: 'It takes new requests as soon as others are done.'};
const KEY = {title: 'The API key is missing or wrong', next: 'Give another key.'};
const GONE = {title: 'This stream is no longer kept', next: 'The server keeps streams for a limited time. Send the prompt again.'};

const BY_CODE = {
  model_not_found: NO_MODEL,
  context_length_exceeded: TOO_LONG,
  rate_limit_exceeded: BUSY,
  missing_api_key: KEY,
  invalid_api_key: KEY,
  request_not_found: GONE,
  cursor_gone: GONE,
  request_too_large: LARGE,
  deadline: {title: 'The request ran out of time', next: 'Ask for fewer tokens, or try again when the server is less busy.'},
  unconfirmed: {title: 'Not confirmed', next: 'The request may or may not have reached the server. Nothing is lost by sending it again.'},
  gap: {title: 'Part of the stream is missing', next: 'The server could not give the missing part again. Try again.'},
  unavailable: {title: 'The server cannot reach its log', next: 'It tries to by itself. Try again in a moment.'},
};

const BY_STATUS = {
  401: KEY,
  403: {title: 'Not allowed', next: 'This API key may not do that.'},
  404: NO_MODEL,
  413: LARGE,
  429: BUSY,
  503: BUSY,
};
