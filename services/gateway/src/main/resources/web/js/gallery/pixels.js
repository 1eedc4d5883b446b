// Pixels of a picture: from the PNG that came to a canvas, and from there to a file. Decoded by createImageBitmap, which
// needs no address: the page's policy need not allow images from anywhere.

/** Decodes a picture; rejects if it cannot be read. @returns {Promise<ImageBitmap>} */
export function decode({data, mediaType}) {
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], {type: mediaType}), {colorSpaceConversion: 'none', premultiplyAlpha: 'none'});
}

/** A canvas that shows pictures, the last one given of those that could be decoded. */
export class PixelCanvas {
  #turn = 0;
  #shownTurn = 0;

  /** @param {string} className */
  constructor(className) {
    this.canvas = document.createElement('canvas');
    this.canvas.className = `pixels ${className}`;
    this.canvas.width = 16;
    this.canvas.height = 16;
  }

  /** @returns {Promise<boolean>} false if it cannot be read, or a later one is there already */
  async show(picture) {
    const turn = ++this.#turn;
    try {
      const bitmap = await decode(picture);
      if (turn < this.#shownTurn) {
        return false;
      }
      this.#shownTurn = turn;
      this.canvas.width = bitmap.width;
      this.canvas.height = bitmap.height;
      this.canvas.getContext('2d').drawImage(bitmap, 0, 0);
      this.canvas.dataset.filled = '';
      return true;
    } catch (e) {
      console.warn('a picture cannot be read', e);
      return false;
    }
  }
}

/** Saves a picture as a file, enlarged by a whole number to at most `side` pixels, or as it is. */
export async function save(picture, side, name) {
  const bitmap = await decode(picture);
  const scale = Math.max(1, Math.floor(side / Math.max(bitmap.width, bitmap.height)));
  const canvas = new OffscreenCanvas(bitmap.width * scale, bitmap.height * scale);
  const context = canvas.getContext('2d');
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  const url = URL.createObjectURL(await canvas.convertToBlob({type: 'image/png'}));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
