// Writes what Java draws portraits from:
//   npm install && npm run layers
// into src/image/src/main/resources/dev/weir/image/portrait/portraits.bin.gz, gzip of (big endian; text as Java's readUTF):
//   text "weir-portraits-2"
//   256 x RGB, the palette: the commonest colours of 60,000 portraits, commonest first
//   u8 attributes, each: text name, u8 1 if it may be absent | 2 if it is a colour, u8 values, each: text (a colour's is rrggbb)
//   u8 parts in drawing order, each: u8 its variant's attribute (255: it has one variant), u8 its colour's attribute,
//     u8 1 if it is masked, and for each variant and each colour of these, absence left out, the layer:
//     u16 pixels in the order in which they are laid, each: u8 place, premultiplied RGBA
import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { attributes, draw, generator, PARTS, render, strokes } from './portraits.mjs';

const PALETTE_SEED = 1;
const PALETTE_DRAWS = 60_000;
const PALETTE_SIZE = 256;

function palette() {
  const uses = new Map();
  const random = generator(PALETTE_SEED);
  for (let i = 0; i < PALETTE_DRAWS; i++) {
    for (const colour of render(draw(random))) uses.set(colour, (uses.get(colour) ?? 0) + 1);
    if (i % 10_000 === 0) console.log(`palette: ${i} of ${PALETTE_DRAWS} portraits, ${uses.size} colours`);
  }
  const all = [...uses.keys()].sort((a, b) => uses.get(b) - uses.get(a) || a - b);
  const kept = all.slice(0, PALETTE_SIZE);
  const moved = all.slice(PALETTE_SIZE).reduce((sum, colour) => sum + uses.get(colour), 0);
  console.log(`${all.length} colours; ${((100 * moved) / (256 * PALETTE_DRAWS)).toFixed(3)} % of pixels have one that is not kept`);
  return kept;
}

const bytes = [];
const u8 = (n) => bytes.push(n & 255);
const u16 = (n) => bytes.push((n >> 8) & 255, n & 255);
const text = (s) => {
  u16(s.length); // all of it is ASCII
  for (const c of s) u8(c.charCodeAt(0));
};
const indexOf = (name) => attributes.findIndex((a) => a.name === name);
const present = (a) => a.values.filter((value) => value !== 'none');

text('weir-portraits-2');
for (const colour of palette()) bytes.push(colour >> 16, (colour >> 8) & 255, colour & 255);
u8(attributes.length);
for (const a of attributes) {
  text(a.name);
  u8((a.optional ? 1 : 0) | (a.colour ? 2 : 0));
  u8(a.values.length);
  a.values.forEach(text);
}
u8(PARTS.length);
let layers = 0;
for (const { part, colour, masked } of PARTS) {
  const variant = indexOf(part);
  u8(variant < 0 ? 255 : variant);
  u8(indexOf(colour));
  u8(masked ? 1 : 0);
  for (const v of variant < 0 ? [''] : present(attributes[variant])) {
    for (const c of present(attributes[indexOf(colour)])) {
      const laid = [];
      for (const pixels of await strokes(part, v, c)) {
        for (let i = 0; i < 256; i++) if (pixels[4 * i + 3] > 0) laid.push([i, ...pixels.slice(4 * i, 4 * i + 4)]);
      }
      u16(laid.length);
      bytes.push(...laid.flat());
      layers++;
    }
  }
}
const folder = new URL('../../image/src/main/resources/dev/weir/image/portrait/', import.meta.url);
mkdirSync(folder, { recursive: true });
const packed = gzipSync(Buffer.from(bytes), { level: 9 });
writeFileSync(new URL('portraits.bin.gz', folder), packed);
console.log(`${layers} layers, ${bytes.length} bytes, packed ${packed.length}`);
