// Writes pictures of the generator itself, to hold Java's drawing against:
//   npm run pictures -- COUNT SEED FILE.gz
// gzip of, for each picture: 17 x u8 values of the attributes, 256 x u8 places in the palette of portraits.bin.gz.
import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { attributes, draw, generator, nearest, render } from './portraits.mjs';

const [count, seed, file] = process.argv.slice(2);
if (!file) {
  console.error('usage: npm run pictures -- COUNT SEED FILE.gz');
  process.exit(2);
}
const exported = gunzipSync(readFileSync(new URL('../../image/src/main/resources/dev/weir/image/portrait/portraits.bin.gz', import.meta.url)));
const at = 2 + exported.readUInt16BE(0);
const palette = Array.from({ length: 256 }, (_, i) => exported.readUIntBE(at + 3 * i, 3));
const places = new Map();
const place = (colour) => {
  if (!places.has(colour)) places.set(colour, nearest(palette, colour));
  return places.get(colour);
};
const random = generator(+seed);
const out = Buffer.alloc(count * (attributes.length + 256));
for (let i = 0, p = 0; i < count; i++) {
  const label = draw(random);
  for (const a of attributes) out[p++] = label[a.name];
  for (const colour of render(label)) out[p++] = place(colour);
}
writeFileSync(file, gzipSync(out, { level: 9 }));
console.log(`${count} pictures, ${places.size} colours`);
