# Calls a gateway with the openai package for Python, and prints what came of it as JSON.
# Arguments: its address, and what to ask it, as JSON (see OpenAiClient.Questions).
import json
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
ask = json.loads(sys.argv[2])
model = ask["model"]
question = ask["question"]
found = {}


def say(content):
    return [{"role": "user", "content": content}]


found["models"] = [one.id for one in client.models.list().data]
found["model"] = client.models.retrieve(model).object

whole = client.chat.completions.create(model=model, messages=say(question), temperature=0)
found["whole"] = {
    "role": whole.choices[0].message.role,
    "content": whole.choices[0].message.content,
    "reason": whole.choices[0].finish_reason,
    "fingerprint": whole.system_fingerprint,
    "tokens": whole.usage.total_tokens,
}

streamed = {"text": "", "reason": None, "tokens": None}
for chunk in client.chat.completions.create(
    model=model, messages=say(question), temperature=0, stream=True, stream_options={"include_usage": True}
):
    if chunk.choices and chunk.choices[0].delta.content:
        streamed["text"] += chunk.choices[0].delta.content
    if chunk.choices and chunk.choices[0].finish_reason:
        streamed["reason"] = chunk.choices[0].finish_reason
    if chunk.usage:
        streamed["tokens"] = chunk.usage.total_tokens
found["streamed"] = streamed

likely = client.chat.completions.create(
    model=model, messages=say(ask["short"]), temperature=0, max_tokens=2, logprobs=True
)
found["logprobs"] = [[one.token, one.logprob, one.bytes] for one in likely.choices[0].logprobs.content]

completed = client.completions.create(model=model, prompt=ask["prompts"], n=2, max_tokens=1, temperature=0)
found["completed"] = [[one.index, one.text, one.finish_reason] for one in completed.choices]

old = client.completions.create(model=model, prompt=ask["prompt"], max_tokens=4, temperature=0, stream=True)
found["completedInParts"] = "".join(chunk.choices[0].text for chunk in old)


def failure(**call):
    try:
        client.chat.completions.create(**call)
        return "no error"
    except openai.APIStatusError as e:
        return [type(e).__name__, e.status_code, e.code, e.param]


found["unknownModel"] = failure(model="gpt-9", messages=say("x"))
found["wrongValue"] = failure(model=model, messages=say("x"), temperature=-1)
found["refused"] = failure(model=model, messages=say(ask["tooLong"]))
found["refusedStream"] = failure(model=model, messages=say(ask["tooLong"]), stream=True)

# Leaving an endless answer must set its slot free: there is only one, and the next answer needs it.
with client.chat.completions.create(model=model, messages=say(ask["endless"]), stream=True) as endless:
    for left, chunk in enumerate(endless):
        if left == 3:
            break
again = client.chat.completions.create(model=model, messages=say(question), temperature=0)
found["afterLeaving"] = again.choices[0].message.content

print(json.dumps(found))
