// Light Markdown as it streams: text becomes blocks, blocks become elements. Everything is made by DOM construction, so
// text of a model is never parsed as HTML. Only blocks that changed are made anew: while a stream runs, the last one.

import {element} from './dom.js';
import {appendInline} from './inline.js';

const DEEPEST = 6; // of quotes and lists inside each other; deeper ones stay text

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([\w+#.-]*)[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*)$/;
const RULE = /^ {0,3}([-*_])(\s*\1){2,}\s*$/;
const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
// What may become the mark of a list, heading or fence is not shown before that is known.
const HALF_A_MARK = /(?<=^|\n)[ \t]*(\d{1,9}[.)]?|[-*+]|#{1,6}|`{1,3}|~{1,3}) ?$/;
const TABLE_RULE = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

/** Shows a growing text in an element. */
export class MarkdownView {
  #container;
  #shown = []; // [{kind, raw, level, open, node}]
  #copy;

  /**
   * @param {HTMLElement} container
   * @param {(text: string, button: HTMLElement) => void} copy called by the button of a code block
   */
  constructor(container, copy) {
    this.#container = container;
    this.#copy = copy;
  }

  /** @param {boolean} live more text may come, so that an unclosed mark counts as one that will be closed */
  render(text, live) {
    const blocks = levelled(parseBlocks(live ? text.replace(HALF_A_MARK, '') : text));
    let same = 0;
    while (same < blocks.length && same < this.#shown.length) {
      const was = this.#shown[same];
      const open = live && same === blocks.length - 1;
      const {kind, raw, level} = blocks[same];
      if (was.kind !== kind || was.raw !== raw || was.level !== level || was.open !== open) {
        break;
      }
      same += 1;
    }
    for (const {node} of this.#shown.splice(same)) {
      node.remove();
    }
    for (const block of blocks.slice(same)) {
      const open = live && block === blocks.at(-1);
      const node = makeBlock(block, {open, copy: this.#copy, depth: 0});
      this.#container.append(node);
      this.#shown.push({...block, open, node});
    }
  }
}

/** Gives headings levels that follow each other under the answer's own h2, wherever a model begins. */
function levelled(blocks) {
  let first = 0;
  let last = 2;
  for (const block of blocks) {
    if (block.kind === 'heading') {
      const marks = HEADING.exec(block.raw)[1].length;
      first ||= marks;
      last = Math.min(last + 1, 6, Math.max(3, marks - first + 3));
      block.level = last;
    }
  }
  return blocks;
}

/** @returns {{kind: string, raw: string, lines: string[]}[]} */
export function parseBlocks(text) {
  const lines = text.split('\n');
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at].trim() === '') {
      at += 1;
      continue;
    }
    const kind = kindOf(lines, at);
    const end = endOf(kind, lines, at);
    const own = lines.slice(at, end);
    blocks.push({kind, lines: own, raw: own.join('\n')});
    at = end;
  }
  return blocks;
}

function kindOf(lines, at) {
  const line = lines[at];
  if (FENCE.test(line)) {
    return 'code';
  }
  if (HEADING.test(line)) {
    return 'heading';
  }
  if (RULE.test(line)) {
    return 'rule';
  }
  if (QUOTE.test(line)) {
    return 'quote';
  }
  if (ITEM.test(line)) {
    return 'list';
  }
  if (line.includes('|') && lines[at + 1]?.includes('|') && TABLE_RULE.test(lines[at + 1])) {
    return 'table';
  }
  return 'paragraph';
}

/** @returns {number} the line behind the block that begins at `at` */
function endOf(kind, lines, at) {
  let end = at + 1;
  switch (kind) {
    case 'heading':
    case 'rule':
      return end;
    case 'code': {
      const fence = FENCE.exec(lines[at])[1];
      const close = new RegExp(`^ {0,3}${fence[0]}{${fence.length},}\\s*$`);
      while (end < lines.length && !close.test(lines[end])) {
        end += 1;
      }
      return Math.min(end + 1, lines.length);
    }
    case 'list':
      // A blank line inside a list is followed by another item or by something indented.
      while (end < lines.length && (lines[end].trim() !== '' ? goesOn(lines, end) : isItemOrIndented(lines[end + 1]))) {
        end += 1;
      }
      return end;
    case 'table':
      while (end < lines.length && lines[end].includes('|')) {
        end += 1;
      }
      return end;
    case 'quote':
      while (end < lines.length && QUOTE.test(lines[end])) {
        end += 1;
      }
      return end;
    default:
      while (end < lines.length && lines[end].trim() !== '' && kindOf(lines, end) === 'paragraph') {
        end += 1;
      }
      return end;
  }
}

function goesOn(lines, at) {
  return isItemOrIndented(lines[at]) || (lines[at - 1].trim() !== '' && kindOf(lines, at) === 'paragraph');
}

function isItemOrIndented(line) {
  return line !== undefined && (ITEM.test(line) || /^\s{2,}\S/.test(line));
}

function makeBlock(block, context) {
  switch (block.kind) {
    case 'code':
      return makeCode(block.lines, context.copy);
    case 'heading': {
      const text = HEADING.exec(block.raw)[2].trimEnd().replace(/#+$/, '').trimEnd();
      // Inside a quote or a list it heads nothing.
      const made = element(block.level ? `h${block.level}` : 'p', {class: 'heading'});
      return appendInline(made, text, context.open);
    }
    case 'rule':
      return element('hr');
    case 'quote':
      return makeQuote(block, context);
    case 'list':
      return makeList(block.lines, context);
    case 'table':
      return makeTable(block.lines, context);
    default:
      return appendInline(element('p'), block.raw, context.open);
  }
}

function makeCode(lines, copy) {
  const [, fence, language] = FENCE.exec(lines[0]);
  const closed = lines.length > 1 && lines.at(-1).trim().startsWith(fence) && !/\S/.test(lines.at(-1).trim().replaceAll(fence[0], ''));
  const text = lines.slice(1, closed ? -1 : undefined).join('\n');
  const button = element('button', {type: 'button', class: 'quiet', on: {click: () => copy(text, button)}}, 'Copy code');
  return element(
    'div',
    {class: 'code'},
    element('div', {class: 'code-head'}, element('span', {}, language || 'text'), button),
    // A long line scrolls, and a keyboard must reach that.
    element('pre', {tabindex: '0', role: 'group', 'aria-label': `Code, ${language || 'text'}`}, element('code', {}, text)),
  );
}

function makeQuote(block, context) {
  const quote = element('blockquote');
  const inner = block.lines.map((line) => QUOTE.exec(line)[1]).join('\n');
  fill(quote, inner, context);
  return quote;
}

function fill(parent, text, context) {
  if (context.depth >= DEEPEST) {
    parent.append(text);
    return;
  }
  const blocks = parseBlocks(text);
  blocks.forEach((block, i) => {
    parent.append(makeBlock(block, {...context, depth: context.depth + 1, open: context.open && i === blocks.length - 1}));
  });
}

function makeList(lines, context) {
  const [, indent, marker] = ITEM.exec(lines[0]);
  const ordered = /\d/.test(marker);
  const list = element(ordered ? 'ol' : 'ul', ordered && Number.parseInt(marker, 10) !== 1 ? {start: Number.parseInt(marker, 10)} : {});
  const items = [];
  for (const line of lines) {
    const item = ITEM.exec(line);
    if (item && (items.length === 0 || item[1].length < indent.length + 2)) {
      items.push([item[3]]);
    } else {
      // What belongs to an item is indented under it; one level of that is taken off.
      items.at(-1).push(line.replace(/^\s{1,4}/, ''));
    }
  }
  items.forEach((own, i) => {
    const open = context.open && i === items.length - 1;
    const li = element('li');
    const nested = own.findIndex((line, n) => n > 0 && (ITEM.test(line) || FENCE.test(line) || line.trim() === ''));
    const lead = nested < 0 ? own : own.slice(0, nested);
    appendInline(li, lead.join(' ').trim(), open && nested < 0);
    if (nested > 0) {
      fill(li, own.slice(nested).join('\n'), {...context, open});
    }
    list.append(li);
  });
  return list;
}

function makeTable(lines, context) {
  const row = (line, tag) =>
    element('tr', {}, ...cellsOf(line).map((cell) => appendInline(element(tag, tag === 'th' ? {scope: 'col'} : {}), cell, false)));
  return element(
    'div',
    {class: 'table', tabindex: '0', role: 'group', 'aria-label': 'Table'},
    element('table', {}, element('thead', {}, row(lines[0], 'th')), element('tbody', {}, ...lines.slice(2).map((line) => row(line, 'td')))),
  );
}

function cellsOf(line) {
  return line.trim().replace(/^\|/, '').replace(/\|$/, '').split('|').map((cell) => cell.trim());
}
