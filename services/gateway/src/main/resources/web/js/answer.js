// One answer on the screen.

import {adviceFor} from './advice.js';
import {action, drawing, element, icon} from './dom.js';
import {failureView} from './failure.js';
import {formatRate, formatSeconds, overallRate} from './flow.js';
import {isLive} from './generation.js';
import {MarkdownView} from './markdown.js';
import {probabilitiesView} from './probabilities.js';

const WAVE = 'M0 6c7 0 7-4 14-4s7 4 14 4 7-4 14-4 7 4 14 4 7-4 14-4 7 4 14 4';

export class AnswerView {
  #exchange;
  #mode;
  #page;
  #markdown = null;
  #text = element('div', {class: 'answer-text'});
  #by = element('div', {class: 'by'});
  #name = element('h2');
  #caret = element('span', {class: 'caret', 'aria-hidden': 'true', data: {apart: ''}});
  #thinking = element('p', {class: 'thinking', hidden: true});
  #thought = element('span');
  #after = element('div');
  #actions = element('div', {class: 'actions'});
  #measures = element('p', {class: 'measures'});
  #instead = element('div', {hidden: true}); // what is shown in place of the text
  #extra = element('div');
  #shownPhase = '';

  /**
   * @param {{prompt: string|null, generation: object}} exchange
   * @param {'chat'|'prompt'} mode
   * @param {object} page what the buttons do: copy, again, stopWaiting, change, probabilities, rateOf
   */
  constructor(exchange, mode, page) {
    this.#exchange = exchange;
    this.#mode = mode;
    this.#page = page;
    this.#by.append(icon('mark', 'mark'), this.#name);
    this.#thinking.append(drawing('0 0 56 12', 'ripple', WAVE), this.#thought);
    this.node = element('article', {class: mode === 'prompt' ? 'turn completion' : 'turn answer'}, this.#by, this.#text, this.#instead, this.#thinking, this.#after, this.#actions, this.#extra);
    this.#useMarkdown(page.markdown());
    this.update(performance.now());
  }

  get generation() {
    return this.#exchange.generation;
  }

  get textNode() {
    return this.#text;
  }

  /** The view of the text is chosen anew: Markdown or as it is. */
  rerender() {
    this.#text.replaceChildren();
    this.#useMarkdown(this.#page.markdown());
    this.#shownPhase = '';
    this.update(performance.now());
  }

  update(nowMs) {
    const generation = this.generation;
    const live = isLive(generation);
    this.node.dataset.phase = generation.phase;
    this.node.setAttribute('aria-busy', String(live));
    this.node.setAttribute('aria-label', this.#mode === 'prompt' ? 'Completion' : `Answer of ${generation.model || 'the model'}`);
    this.#name.textContent = generation.model || 'Following';
    this.#showText(generation, live);
    this.#showThinking(generation, live);
    const phase = `${generation.phase} ${generation.stopping} ${generation.text !== ''}`;
    if (phase !== this.#shownPhase) {
      this.#shownPhase = phase;
      this.#after.replaceChildren(...this.#endOf(generation));
      this.#actions.replaceChildren(...this.#actionsOf(generation, live), this.#measures);
      this.measure(nowMs);
    }
  }

  /** Shows how many tokens came and how fast. While it is live the flow meter calls it now and then. */
  measure(nowMs) {
    this.#measures.replaceChildren(...this.#measuresOf(this.generation, nowMs).map((text) => element('span', {}, text)));
  }

  #useMarkdown(wanted) {
    this.#markdown = wanted && this.#mode === 'chat' ? new MarkdownView(this.#text, (text, button) => this.#page.copy(text, button)) : null;
    this.#text.classList.toggle('plain', !this.#markdown);
    if (!this.#markdown) {
      const given = this.#mode === 'prompt' ? element('span', {class: 'given', data: {apart: ''}}, this.#exchange.prompt ?? '') : null;
      this.#text.append(...[given, element('span', {class: 'made'}, '')].filter(Boolean));
    }
  }

  #showText({text, reason, phase}, live) {
    this.#caret.remove();
    if (this.#markdown) {
      this.#markdown.render(text, live);
    } else {
      const made = this.#text.lastElementChild;
      made.firstChild?.nodeType === Node.TEXT_NODE && text.startsWith(made.firstChild.data)
        ? made.firstChild.appendData(text.slice(made.firstChild.length))
        : made.replaceChildren(document.createTextNode(text));
    }
    this.#text.hidden = !this.#instead.hidden || (text === '' && this.#mode === 'chat');
    if (live && text !== '' && !reason && phase === 'running') {
      innermost(this.#text).append(this.#caret);
    }
  }

  #showThinking({phase, text, stopping}, live) {
    this.#thinking.hidden = !live || text !== '';
    const words = stopping ? 'Stopping' : {sending: 'Sending', queued: 'Waiting for a free slot', running: 'Reading the prompt'}[phase];
    this.#thought.textContent = words ?? '';
  }

  /** Shown live: the rate of the last moments; afterwards: of the whole stream. */
  #measuresOf(generation, nowMs) {
    const {taken, firstTokenMs, reason, phase} = generation;
    if (taken === 0) {
      return [];
    }
    const rate = isLive(generation) ? this.#page.rateOf(generation, nowMs) : overallRate(generation);
    return [
      `${taken} ${taken === 1 ? 'token' : 'tokens'}`,
      rate === null || rate === undefined ? null : `${formatRate(rate)} tokens/s`,
      firstTokenMs === null || generation.followed ? null : `first after ${formatSeconds(firstTokenMs)}`,
      phase === 'finished' && reason === 'cancelled' ? 'stopped' : null,
    ].filter(Boolean);
  }

  #endOf(generation) {
    if (generation.phase === 'failed') {
      return [this.#failure(generation.error)];
    }
    if (generation.phase !== 'finished') {
      return [];
    }
    switch (generation.reason) {
      case 'length':
        return [aside('It reached max tokens. ', action('sliders', 'Raise max tokens', () => this.#page.change('max_tokens')))];
      case 'deadline':
        return [aside('It ran out of time: what came until then stays.')];
      case 'cancelled':
        return generation.text === '' ? [aside('Stopped before the first token.')] : [];
      default:
        if (generation.pictures?.length > 0) {
          return [aside('It drew. ', element('a', {href: `#gallery&r=${generation.id}`}, 'See the pictures in the gallery'))];
        }
        return generation.text === '' ? [aside('The model ended at once, without a word.')] : [];
    }
  }

  #failure(error) {
    const label = this.#page.labelOf(error.field);
    return failureView(error, adviceFor(error), {
      change: label ? {label: `Change ${label.toLowerCase()}`, onClick: () => this.#page.change(error.field)} : null,
      giveKey: () => this.#page.giveKey(),
      again: this.#exchange.prompt === null ? null : () => this.#page.again(this.#exchange),
    });
  }

  #actionsOf(generation, live) {
    const buttons = [];
    if (generation.text !== '') {
      buttons.push(action('copy', 'Copy', ({currentTarget}) => this.#page.copy(generation.text, currentTarget)));
    }
    if (!live && generation.phase === 'finished' && this.#exchange.prompt !== null) {
      buttons.push(action('again', 'Again', () => this.#page.again(this.#exchange)));
    }
    if (!live && generation.logprobs && generation.taken > 0) {
      buttons.push(this.#toggle('droplet', 'Probabilities', this.#instead, async () => probabilitiesView(await this.#page.probabilities(generation), this.#mode === 'prompt' ? this.#exchange.prompt : '')));
    }
    if (generation.id) {
      buttons.push(this.#toggle('note', 'Details', this.#extra, () => detailsOf(generation)));
    }
    return buttons;
  }

  /** A button that fills a place of this answer, and empties it again. */
  #toggle(name, label, place, make) {
    const button = action(name, label, async () => {
      const open = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(open));
      place.replaceChildren(...(open ? [await make()] : []));
      place.hidden = !open;
      this.#showText(this.generation, false);
    }, {'aria-pressed': String(place.childElementCount > 0)});
    return button;
  }
}

function aside(...children) {
  return element('p', {class: 'aside'}, ...children);
}

/** The element in which the text ends. */
function innermost(node) {
  let last = node;
  while (last.lastElementChild && !last.lastElementChild.hasAttribute('data-apart') && /^(P|UL|OL|LI|H[3-5]|BLOCKQUOTE|DIV|PRE|CODE|SPAN|STRONG|EM)$/.test(last.lastElementChild.tagName) && endsWith(last, last.lastElementChild)) {
    last = last.lastElementChild;
  }
  return last;
}

function endsWith(parent, child) {
  return parent.lastChild === child;
}

function detailsOf(generation) {
  const {id, model, worker, attempts, cursor, promptTokens, usage, timings, stop, reason, taken} = generation;
  const rows = [
    ['Request id', id],
    ['Model', model],
    ['Worker', worker],
    ['Attempts', attempts > 1 ? String(attempts) : null],
    ['Ended by', stop ? `${reason}: ${stop}` : reason],
    ['Tokens', `${usage?.prompt_tokens ?? promptTokens ?? '?'} in, ${taken} out${usage?.cached_tokens ? `, ${usage.cached_tokens} from the cache` : ''}`],
    ['Queued', timings ? formatSeconds(timings.queued_ms ?? 0) : null],
    ['Prefill', timings ? formatSeconds(timings.prefill_ms ?? 0) : null],
    ['Decode', timings ? formatSeconds(timings.decode_ms ?? 0) : null],
    ['Cursor', cursor],
    ['In a terminal', `services/weir follow ${id} --from-start`],
  ];
  const list = element('dl');
  for (const [term, value] of rows) {
    if (value) {
      list.append(element('dt', {}, term), element('dd', {}, term === 'In a terminal' ? element('code', {}, value) : value));
    }
  }
  return element('div', {class: 'details'}, list);
}
