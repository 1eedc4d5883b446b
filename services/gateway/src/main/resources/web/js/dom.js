// The few lines that make elements. Text only ever becomes a text node: nothing here parses HTML.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Makes an element.
 *
 * @param {string} tag
 * @param {Object<string, unknown>} attributes `class`, `on` ({event: listener}), `data` ({name: value}), anything else
 *     as an attribute; null and false leave it out, true sets it empty
 * @param {...(Node|string|null)} children strings become text nodes
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      continue;
    }
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) {
        made.addEventListener(event, listener);
      }
    } else if (name === 'data') {
      Object.assign(made.dataset, value);
    } else {
      made.setAttribute(name, value === true ? '' : String(value));
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** One of the symbols in index.html. */
export function icon(name, kind = 'icon') {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', kind);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** An SVG element of its own, for drawings that are not symbols. */
export function drawing(viewBox, className, ...paths) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', viewBox);
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  for (const d of paths) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', d);
    svg.append(path);
  }
  return svg;
}

/** A small button with an icon and a label. */
export function action(name, label, onClick, attributes = {}) {
  return element('button', {type: 'button', class: 'quiet', on: {click: onClick}, ...attributes}, icon(name), label);
}

/** The element with this id; it is in index.html, so its absence is a mistake in this page. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) {
    throw new Error(`index.html lacks #${id}`);
  }
  return found;
}
