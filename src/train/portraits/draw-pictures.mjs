// Writes pictures of the generator itself, to hold Java's drawing against:
//   npm run pictures -- COUNT SEED FILE.gz
// The fixture of src/image has 500 of seed 2. gzip of (big endian):
//   u16 colours, each: RGB, u8 its place in the palette of portraits.bin.gz
//   for each picture: 17 x u8 values of the attributes, 256 x RGB as the generator draws it, row by row
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
const colours = new Set();
const random = generator(+seed);
const pictures = Buffer.alloc(count * (attributes.length + 3 * 256));
for (let i = 0, p = 0; i < count; i++) {
  const label = draw(random);
  for (const a of attributes) pictures[p++] = label[a.name];
  for (const colour of render(label)) {
    p = pictures.writeUIntBE(colour, p, 3);
    colours.add(colour);
  }
}
const table = Buffer.alloc(2 + 4 * colours.size);
let p = table.writeUInt16BE(colours.size, 0);
for (const colour of colours) {
  p = table.writeUIntBE(colour, p, 3);
  p = table.writeUInt8(nearest(palette, colour), p);
}
writeFileSync(file, gzipSync(Buffer.concat([table, pictures]), { level: 9 }));
console.log(`${count} pictures, ${colours.size} colours`);
