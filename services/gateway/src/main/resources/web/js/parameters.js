// What a request can carry beside its prompt: the one list from which the form, its checks and the request are made.
// Names are those of the API. A value that is left out is the server's choice.

/**
 * @typedef {object} Parameter
 * @property {string} name as in the request
 * @property {string} label
 * @property {'slider'|'number'|'integer'|'lines'|'switch'|'text'} kind
 * @property {string} about what it does, in a sentence
 * @property {number} [least] @property {number} [most] @property {number} [step]
 * @property {boolean} [aboveLeast] the least itself is not allowed
 * @property {unknown} [initial] the value before anybody chose one; absent: left out
 * @property {string} [placeholder] what an empty field means
 */

/** @type {Parameter[]} always in sight */
export const BASIC = [
  {name: 'temperature', label: 'Temperature', kind: 'slider', least: 0, most: 2, step: 0.05, initial: 0.7, about: '0 always takes the likeliest token; more is more varied.'},
  {name: 'top_p', label: 'Top P', kind: 'slider', least: 0.01, most: 1, step: 0.01, initial: 0.95, about: 'Draws from the likeliest tokens that together have this probability.'},
  {name: 'max_tokens', label: 'Max tokens', kind: 'integer', least: 1, initial: 512, placeholder: 'What the context leaves', about: 'The answer ends here at the latest.'},
];

/** @type {Parameter[]} behind "More sampling" */
export const MORE = [
  {name: 'top_k', label: 'Top K', kind: 'integer', least: 0, placeholder: 'Off', half: true},
  {name: 'min_p', label: 'Min P', kind: 'number', least: 0, most: 1, step: 0.01, placeholder: 'Off', half: true},
  {name: 'typical_p', label: 'Typical P', kind: 'number', least: 0, aboveLeast: true, most: 1, step: 0.01, placeholder: 'Off', half: true},
  {name: 'min_tokens', label: 'Min tokens', kind: 'integer', least: 0, placeholder: '0', half: true},
  {name: 'repetition_penalty', label: 'Repetition penalty', kind: 'number', least: 0, aboveLeast: true, step: 0.01, placeholder: '1', about: 'Above 1 makes tokens that were there before less likely.'},
  {name: 'frequency_penalty', label: 'Frequency penalty', kind: 'number', least: -2, most: 2, step: 0.1, placeholder: '0', half: true},
  {name: 'presence_penalty', label: 'Presence penalty', kind: 'number', least: -2, most: 2, step: 0.1, placeholder: '0', half: true},
  {name: 'seed', label: 'Seed', kind: 'integer', dice: true, placeholder: 'Random', about: 'The same seed, request and model give the same answer.'},
  {name: 'stop', label: 'Stop sequences', kind: 'lines', placeholder: 'One per line', about: 'The answer ends before any of these. Write \\n for a line break.'},
  {name: 'ignore_eos', label: 'Go on past the end of text', kind: 'switch', about: 'The model’s own end is ignored until max tokens.'},
];

/** @type {Parameter[]} about this page rather than the sampling */
export const VIEW = [
  {name: 'logprobs', label: 'Token probabilities', kind: 'switch', about: 'Answers can show how likely each token was.'},
  {name: 'markdown', label: 'Render Markdown', kind: 'switch', initial: true, local: true},
];

/** @type {Parameter} */
export const SYSTEM = {name: 'system', label: 'System message', kind: 'text', placeholder: 'Who the model is and how it answers', local: true};

export const ALL = [SYSTEM, ...BASIC, ...MORE, ...VIEW];

const TOP_LOGPROBS = 5;

/** @returns {string|null} what is wrong with a value, as a sentence that says what to do */
export function faultOf(parameter, value) {
  if (value === undefined || parameter.kind === 'switch' || parameter.kind === 'lines' || parameter.kind === 'text') {
    return null;
  }
  if (!Number.isFinite(value)) {
    return 'Write a number.';
  }
  if (parameter.kind === 'integer' && !Number.isSafeInteger(value)) {
    return 'Write a whole number.';
  }
  const {least = -Infinity, most = Infinity, aboveLeast = false} = parameter;
  if (value < least || value > most || (aboveLeast && value === least)) {
    return `Write a number ${rangeOf(parameter)}.`;
  }
  return null;
}

function rangeOf({least, most, aboveLeast}) {
  if (least === undefined) {
    return `up to ${most}`;
  }
  const from = aboveLeast ? `above ${least}` : `from ${least}`;
  return most === undefined ? (aboveLeast ? from : `of at least ${least}`) : `${from} to ${most}`;
}

/**
 * The request, in the server's own form.
 *
 * @param {object} values by parameter name
 * @param {object} conversation whose last exchange is to be answered
 */
export function requestOf(model, values, conversation) {
  const request = {model};
  if (conversation.mode === 'prompt') {
    request.prompt = conversation.exchanges.at(-1).prompt;
  } else {
    request.messages = messagesOf(conversation, values.system);
  }
  for (const {name, kind, local} of ALL) {
    const value = values[name];
    if (local || value === undefined || (kind === 'switch' && !value) || (kind === 'lines' && value.length === 0)) {
      continue;
    }
    request[name] = value;
  }
  if (request.logprobs) {
    request.top_logprobs = TOP_LOGPROBS;
  }
  return request;
}

/** The conversation so far; what was never answered is left out, for templates want the roles in turn. */
function messagesOf({exchanges}, system) {
  const messages = system?.trim() ? [{role: 'system', content: system.trim()}] : [];
  for (const {prompt, generation} of exchanges.slice(0, -1)) {
    if (prompt && generation.text) {
      messages.push({role: 'user', content: prompt}, {role: 'assistant', content: generation.text});
    }
  }
  messages.push({role: 'user', content: exchanges.at(-1).prompt});
  return messages;
}
