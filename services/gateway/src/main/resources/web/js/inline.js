// Marks inside a line: `code`, **bold**, *italic*, ~~struck~~, [links](https://…). A mark that is not closed stays text.

import {element} from './dom.js';

const LONGEST = 20_000; // beyond this a paragraph is shown as it is
const DEEPEST = 5;
const SPECIAL = /[\\`*_~[]/g;
const ESCAPABLE = /[\\`*_~[\](){}#+.!|>-]/;
const SAFE = new Set(['http:', 'https:', 'mailto:']);

/**
 * Appends text with its marks to an element.
 *
 * @param {boolean} open more text may come: an unclosed ` or ** counts as one that will be closed
 * @returns the element
 */
export function appendInline(parent, text, open, depth = 0) {
  if (text.length > LONGEST || depth > DEEPEST) {
    parent.append(text);
    return parent;
  }
  const unclosed = new Set(); // marks that nothing behind closes: looked for once only
  let done = 0;
  let at = nextSpecial(text, 0);
  while (at >= 0) {
    const mark = markAt(text, at, open, unclosed);
    if (mark) {
      parent.append(text.slice(done, at));
      parent.append(make(mark, open, depth));
      done = mark.end;
      at = nextSpecial(text, done);
    } else {
      at = nextSpecial(text, at + 1);
    }
  }
  parent.append(text.slice(done));
  parent.normalize();
  return parent;
}

function nextSpecial(text, from) {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(text)?.index ?? -1;
}

function make({tag, text, href}, open, depth) {
  if (tag === null) {
    return document.createTextNode(text);
  }
  if (tag === 'code') {
    return element('code', {}, text);
  }
  const attributes = href ? {href, target: '_blank', rel: 'noopener noreferrer nofollow'} : {};
  return appendInline(element(tag, attributes), text, open, depth + 1);
}

/** @returns {{tag: string|null, text: string, end: number, href?: string}|null} the mark that begins at `at` */
function markAt(text, at, open, unclosed) {
  switch (text[at]) {
    case '\\':
      return ESCAPABLE.test(text[at + 1] ?? '') ? {tag: null, text: text[at + 1], end: at + 2} : null;
    case '`':
      return codeAt(text, at, open, unclosed);
    case '[':
      return linkAt(text, at, unclosed);
    case '~':
      return text[at + 1] === '~' ? pairAt(text, at, '~~', 'del', false, unclosed) : null;
    default: {
      const one = text[at];
      return text[at + 1] === one
        ? pairAt(text, at, one + one, 'strong', open, unclosed)
        : pairAt(text, at, one, 'em', false, unclosed);
    }
  }
}

function codeAt(text, at, open, unclosed) {
  let run = 1;
  while (text[at + run] === '`') {
    run += 1;
  }
  const fence = '`'.repeat(run);
  const start = at + run;
  if (unclosed.has(fence)) {
    return null;
  }
  for (let close = text.indexOf(fence, start); close >= 0; ) {
    let length = run;
    while (text[close + length] === '`') {
      length += 1;
    }
    if (length === run) {
      return {tag: 'code', text: text.slice(start, close).replace(/^ (.*) $/s, '$1'), end: close + run};
    }
    close = text.indexOf(fence, close + length);
  }
  if (open && run === 1 && start < text.length) {
    return {tag: 'code', text: text.slice(start), end: text.length};
  }
  unclosed.add(fence);
  return null;
}

function pairAt(text, at, mark, tag, open, unclosed) {
  const start = at + mark.length;
  // snake_case is no emphasis; nor is a star between spaces.
  if (unclosed.has(mark) || !/\S/.test(text[start] ?? '') || (mark[0] === '_' && isWord(text[at - 1]))) {
    return null;
  }
  for (let close = text.indexOf(mark, start + 1); close >= 0; close = text.indexOf(mark, close + mark.length)) {
    if (mark.length === 1 && (text[close + 1] === mark || text[close - 1] === mark)) {
      while (text[close + 1] === mark) {
        close += 1;
      }
      continue; // part of a longer run
    }
    const end = mark.length === 2 && text[close + 2] === mark[0] ? close + 1 : close;
    if (/\S/.test(text[end - 1]) && !(mark[0] === '_' && isWord(text[end + mark.length]))) {
      return {tag, text: text.slice(start, end), end: end + mark.length};
    }
  }
  if (open && start < text.length) {
    return {tag, text: text.slice(start), end: text.length};
  }
  unclosed.add(mark);
  return null;
}

function linkAt(text, at, unclosed) {
  if (unclosed.has('](')) {
    return null;
  }
  const middle = text.indexOf('](', at);
  if (middle < 0) {
    unclosed.add('](');
    return null;
  }
  const end = text.indexOf(')', middle);
  const label = text.slice(at + 1, middle);
  if (end < 0 || label.includes('[') || label.includes('\n')) {
    return null;
  }
  const href = safeAddress(text.slice(middle + 2, end).trim());
  return href ? {tag: 'a', text: label, href, end: end + 1} : null;
}

/** @returns {string|null} the address if it leads to the web or to a mailbox: never `javascript:` or `data:` */
function safeAddress(text) {
  try {
    const url = new URL(text);
    return SAFE.has(url.protocol) ? url.href : null;
  } catch {
    return null; // not absolute
  }
}

function isWord(character) {
  return character !== undefined && /[\p{L}\p{N}_]/u.test(character);
}
