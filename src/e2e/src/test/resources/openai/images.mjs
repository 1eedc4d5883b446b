// Asks a gateway for pictures with the openai package for Node, and prints what came of it as JSON.
// Arguments: its address, and the name of a model that says what it draws (see TestingEasel).
import OpenAI, {toFile} from 'openai';

const client = new OpenAI({baseURL: process.argv[2], apiKey: 'none', maxRetries: 0});
const model = process.argv[3];
const found = {};
const shown = (picture) => Buffer.from(picture, 'base64').subarray(8).toString();

const whole = await client.images.generate({model, prompt: 'a hat', n: 2, size: '512x512', seed: 7});
found.whole = whole.data.map((one) => shown(one.b64_json));
found.about = [whole.size, whole.output_format, whole.background, whole.usage.total_tokens, whole.seed];
found.warned = whole.warnings[0].words;

const url = (await client.images.generate({model, prompt: 'a hat', response_format: 'url'})).data[0].url;
found.url = shown(url.replace('data:image/png;base64,', ''));

found.streamed = [];
for await (const event of await client.images.generate({model, prompt: 'a hat', n: 2, stream: true, partial_images: 2})) {
  if (event.type === 'image_generation.partial_image') {
    found.streamed.push([event.partial_image_index, event.size, shown(event.b64_json)]);
  } else if (event.type === 'image_generation.completed') {
    found.streamed.push([event.size, shown(event.b64_json), event.usage.total_tokens]);
  }
}

const png = Buffer.from('\x89PNG\r\n\x1a\n12345', 'latin1');
const image = await toFile(png, 'picture.png', {type: 'image/png'});
const varied = await client.images.createVariation({model, image, n: 2, size: '256x256'});
found.varied = varied.data.map((one) => shown(one.b64_json));

async function failure(call) {
  try {
    await call();
    return 'no error';
  } catch (e) {
    return [e.constructor.name, e.status, e.code, e.param];
  }
}

found.size = await failure(() => client.images.generate({model, prompt: 'a hat', size: '300x300'}));
found.refused = await failure(() => client.images.generate({model, prompt: 'refuse'}));
found.refusedStream = await failure(() => client.images.generate({model, prompt: 'refuse', stream: true}));
found.wrongKind = await failure(() => client.chat.completions.create({model, messages: [{role: 'user', content: 'x'}]}));

console.log(JSON.stringify(found));
