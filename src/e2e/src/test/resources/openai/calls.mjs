// Calls a gateway with the openai package for Node, and prints what came of it as JSON.
// Arguments: its address, and what to ask it, as JSON (see OpenAiClient.Questions).
import OpenAI from 'openai';

const client = new OpenAI({baseURL: process.argv[2], apiKey: 'none', maxRetries: 0});
const {model, question, short, prompt, prompts, tooLong, endless: endlessly} = JSON.parse(process.argv[3]);
const temperature = 0;
const say = (content) => [{role: 'user', content}];
const found = {};

found.models = (await client.models.list()).data.map((one) => one.id);
found.model = (await client.models.retrieve(model)).object;

const whole = await client.chat.completions.create({model, messages: say(question), temperature});
found.whole = {
  role: whole.choices[0].message.role,
  content: whole.choices[0].message.content,
  reason: whole.choices[0].finish_reason,
  fingerprint: whole.system_fingerprint,
  tokens: whole.usage.total_tokens,
};

const streamed = {text: '', reason: null, tokens: null};
for await (const chunk of await client.chat.completions.create({
  model, messages: say(question), temperature, stream: true, stream_options: {include_usage: true},
})) {
  const choice = chunk.choices[0];
  streamed.text += choice?.delta.content ?? '';
  streamed.reason = choice?.finish_reason ?? streamed.reason;
  streamed.tokens = chunk.usage?.total_tokens ?? streamed.tokens;
}
found.streamed = streamed;

const likely = await client.chat.completions.create({model, messages: say(short), temperature, max_tokens: 2, logprobs: true});
found.logprobs = likely.choices[0].logprobs.content.map((one) => [one.token, one.logprob, one.bytes]);

const completed = await client.completions.create({model, prompt: prompts, n: 2, max_tokens: 1, temperature});
found.completed = completed.choices.map((one) => [one.index, one.text, one.finish_reason]);

const old = [];
for await (const chunk of await client.completions.create({model, prompt, max_tokens: 4, temperature, stream: true})) {
  old.push(chunk.choices[0].text);
}
found.completedInParts = old.join('');

async function failure(call) {
  try {
    await call();
    return 'no error';
  } catch (e) {
    return [e.constructor.name, e.status, e.code, e.param];
  }
}

found.unknownModel = await failure(() => client.chat.completions.create({model: 'gpt-9', messages: say('x')}));
found.wrongValue = await failure(() => client.chat.completions.create({model, messages: say('x'), temperature: -1}));
found.refused = await failure(() => client.chat.completions.create({model, messages: say(tooLong)}));
found.refusedStream = await failure(() => client.chat.completions.create({model, messages: say(tooLong), stream: true}));

// Leaving an endless answer must set its slot free: there is only one, and the next answer needs it.
const endless = await client.chat.completions.create({model, messages: say(endlessly), stream: true});
let left = 0;
for await (const chunk of endless) {
  if (++left === 4) break;
}
found.afterLeaving = (await client.chat.completions.create({model, messages: say(question), temperature})).choices[0].message.content;

console.log(JSON.stringify(found));
