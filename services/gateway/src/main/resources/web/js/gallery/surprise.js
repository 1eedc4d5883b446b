// A prompt that says something new. All its words are words of the captions that the built-in models were trained with:
// a part of src/image's words.tsv, of what every family draws well.

const HAIR = ['curly', 'spiky', 'long straight', 'long curly', 'bob', 'pageboy', 'shoulder-length', 'side-swept', 'two-bun', 'pigtail', 'balding', 'flat-top', 'mop', 'bowl-cut', 'top-knot'];
const HAIR_COLOURS = ['blond', 'brown', 'chestnut', 'auburn', 'black', 'blue', 'red', 'green'];
const SKINS = ['porcelain', 'sand', 'honey', 'brown', 'umber'];
const TOPS = ['striped', 'chequered', 'turtleneck', 'v-neck', 'crew-neck', 'lapelled', 'speckled', 'suspender'];
const TOP_COLOURS = ['azure', 'blue', 'navy', 'mint', 'emerald', 'green', 'coral', 'crimson', 'red', 'cream', 'yellow', 'amber'];
const EYES = ['wide', 'narrow', 'round', 'tall', 'bright', 'downcast'];
const EYE_COLOURS = ['grey', 'green', 'brown'];
const MOUTHS = ['laughing', 'smiling', 'toothy', 'frowning', 'straight', 'crooked'];
const MOUTH_COLOURS = ['nude', 'pink', 'red'];
const BACKGROUNDS = ['sky', 'lilac', 'mint', 'pink', 'peach', 'white', 'slate', 'night'];
const EXTRAS = [
  () => `${any(['clear', 'tinted'])} ${any(['narrow', 'wide', 'large', 'rectangular'])} ${any(['black', 'blue', 'berry'])} glasses`,
  () => `a ${any(['brimmed', 'peaked', 'wide-banded', 'buttoned'])} ${any(['brown', 'blue', 'grey', 'green', 'pink', 'purple', 'red'])} hat`,
  () => `a ${any(['full', 'rounded', 'goatee', 'boxed'])} beard`,
  () => `${any(['hoop', 'stud', 'drop'])} ${any(['bronze', 'gold', 'silver'])} earrings`,
];
const MOST_PARTS = 4;

/** @returns {string} a caption as the models know them, with some parts left open */
export function surprise() {
  const parts = shuffled([
    () => `${any(HAIR)} ${any(HAIR_COLOURS)} hair`,
    () => `${any(SKINS)} skin`,
    () => `a ${any(TOPS)} ${any(TOP_COLOURS)} top`,
    () => `${any(EYES)} ${any(EYE_COLOURS)} eyes`,
    () => `a ${any(MOUTHS)} ${any(MOUTH_COLOURS)} mouth`,
    any(EXTRAS),
  ]).slice(0, 2 + below(MOST_PARTS - 1)).map((make) => make());
  const last = parts.pop();
  const background = below(3) > 0 ? ` against a ${any(BACKGROUNDS)} background` : '';
  return `a person with ${parts.join(', ')} and ${last}${background}`;
}

function any(values) {
  return values[below(values.length)];
}

function below(end) {
  return Math.floor(Math.random() * end);
}

function shuffled(values) {
  for (let i = values.length - 1; i > 0; i--) {
    const j = below(i + 1);
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}
