// The portraits of DiceBear's "pixel-art" (design CC0 1.0, code MIT): attributes, draws, and the generator's own pixels.
import { createAvatar } from '@dicebear/core';
import * as style from '@dicebear/pixel-art';
import { Resvg } from '@resvg/resvg-js';

/** Colours an option takes. Those are left out that no eye can tell apart at 16x16. The background's are ours. */
const COLOURS = {
  backgroundColor: ['b6e3f4', 'c0aede', 'd1f4d9', 'ffd5dc', 'ffdfbf', 'f0f0f0', '5a6b8c', '2b2b3a'],
  skinColor: ['ffdbac', 'eac393', 'cb9e6e', 'a26d3d', '8d5524'],
  hairColor: ['cab188', '603a14', '83623b', '611c17', '28150a', '009bbd', 'bd1700', '91cb15'],
  clothingColor: ['5bc0de', '428bca', '03396c', '88d8b0', '44c585', '00b159', 'ff6f69', 'd11141', 'ae0001', 'ffeead', 'ffd969', 'ffc425'],
  eyesColor: ['76778b', '588387', '876658'],
  mouthColor: ['d29985', 'e35d6a', 'de0f0d'],
  glassesColor: ['191919', '43677d', 'a04b5d'],
  hatColor: ['2e1e05', '2663a3', '989789', '3d8a6b', 'cc6192', '614f8a', 'a62116'],
  accessoriesColor: ['daa520', 'ffd700', 'd3d3d3'],
};
/** Parts that may be absent, and how often they are there. */
export const PROBABILITY = { glasses: 0.3, hat: 0.2, beard: 0.2, accessories: 0.2 };
/** Always equal to another one: variant05. */
const TWINS = { clothing: ['variant14'] };

const variants = (part) =>
  [...style.schema.properties[part].default].filter((name) => !(TWINS[part] ?? []).includes(name)).sort();

/** In the order in which a caption model gets them; values of an optional part begin with none. */
export const attributes = [
  'backgroundColor', 'skinColor', 'hair', 'hairColor', 'clothing', 'clothingColor', 'eyes', 'eyesColor', 'mouth', 'mouthColor',
  'glasses', 'glassesColor', 'hat', 'hatColor', 'beard', 'accessories', 'accessoriesColor',
].map((name) => {
  const part = name.replace(/Color$/, '');
  const optional = part in PROBABILITY;
  const values = COLOURS[name] ?? variants(name);
  return { name, part, optional, colour: name.endsWith('Color'), values: optional ? ['none', ...values] : values };
});

/**
 * Parts in drawing order, each with the attribute that its colour is of. Of a masked part the rasteriser divides by 255 to the
 * nearest, of paths it divides by 256 and rounds up.
 */
export const PARTS = [
  { part: 'skin', colour: 'skinColor' },
  { part: 'accessories', colour: 'accessoriesColor' },
  { part: 'clothing', colour: 'clothingColor' },
  { part: 'eyes', colour: 'eyesColor' },
  { part: 'glasses', colour: 'glassesColor' },
  { part: 'beard', colour: 'hairColor', masked: true },
  { part: 'mouth', colour: 'mouthColor' },
  { part: 'hair', colour: 'hairColor' },
  { part: 'hat', colour: 'hatColor' },
];

/** A generator of numbers in [0, 1) of its own, so that a draw is fixed by its seed. */
export function generator(seed) {
  let s = (seed * 2654435761) >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** One value for each attribute; an absent part has no colour either. */
export function draw(random) {
  const label = {};
  for (const a of attributes) {
    const absent = a.optional && (a.colour ? label[a.part] === 0 : random() >= PROBABILITY[a.part]);
    const first = a.optional ? 1 : 0;
    label[a.name] = absent ? 0 : first + Math.floor(random() * (a.values.length - first));
  }
  return label;
}

function raster(svg) {
  return new Resvg(svg, { fitTo: { mode: 'width', value: 16 }, font: { loadSystemFonts: false } }).render().pixels;
}

/** What the generator itself draws: 256 colours 0xrrggbb, row by row. */
export function render(label) {
  const options = { seed: 'x' };
  for (const a of attributes) {
    const value = a.values[label[a.name]];
    if (a.optional && !a.colour) options[`${a.name}Probability`] = value === 'none' ? 0 : 100;
    if (value !== 'none') options[a.name] = [value];
  }
  const pixels = raster(createAvatar(style, options).toString());
  return Array.from({ length: 256 }, (_, i) => {
    if (pixels[4 * i + 3] !== 255) throw new Error('a transparent pixel');
    return (pixels[4 * i] << 16) | (pixels[4 * i + 1] << 8) | pixels[4 * i + 2];
  });
}

/**
 * What a part lays over the picture, in order: each 256 x premultiplied RGBA. A path is laid by itself; a mask with what it lets
 * through is one thing, which the rasteriser makes apart.
 */
export async function strokes(part, variant, colour) {
  const components = await import('./node_modules/@dicebear/pixel-art/lib/components/index.js');
  const colours = Object.fromEntries(['skin', 'hair', 'clothing', 'eyes', 'mouth', 'glasses', 'hat', 'accessories'].map((name) => [name, `#${colour}`]));
  const body = part === 'skin' ? skin(colours.skin) : components[part][variant]({}, colours);
  return elements(body).map((element) =>
    raster(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="none" shape-rendering="crispEdges">${element}</svg>`));
}

function elements(body) {
  const found = [];
  let masks = '';
  for (const element of body.match(/<mask[^]*?<\/mask>|<g[^]*?<\/g>|<path[^>]*>/g)) {
    if (element.startsWith('<mask')) masks += element;
    else if (element.startsWith('<path')) found.push(element);
    else if (element.includes('mask=')) found.push(masks + element);
    else for (const path of element.match(/<path[^>]*>/g)) found.push(`${element.match(/^<g[^>]*>/)[0]}${path}</g>`);
  }
  return found;
}

/** The paths before the first part of a drawing without any. */
function skin(colour) {
  const mark = '#010203';
  const none = Object.fromEntries(['accessories', 'glasses', 'beard', 'hat'].map((part) => [`${part}Probability`, 0]));
  const svg = createAvatar(style, { seed: 'x', ...none, skinColor: [mark.slice(1)], clothingColor: ['0a0b0c'] }).toString();
  const paths = svg.match(/<path[^>]*>/g);
  const first = paths.findIndex((path) => path.includes(mark));
  return paths.slice(first, first + 2).join('').replaceAll(mark, colour);
}

export function nearest(palette, colour) {
  let best = 0;
  let least = Infinity;
  palette.forEach((kept, i) => {
    const d = ((kept >> 16) - (colour >> 16)) ** 2 + (((kept >> 8) & 255) - ((colour >> 8) & 255)) ** 2 + ((kept & 255) - (colour & 255)) ** 2;
    if (d < least) {
      least = d;
      best = i;
    }
  });
  return best;
}
