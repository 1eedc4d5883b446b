# Asks a gateway for pictures with the openai package for Python, and prints what came of it as JSON.
# Arguments: its address, and the name of a model that says what it draws (see TestingEasel).

import base64
import io
import json
import sys

import openai

client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
model = sys.argv[2]
found = {}


def shown(picture):
    return base64.b64decode(picture)[8:].decode()


whole = client.images.generate(model=model, prompt="a hat", n=2, size="512x512", extra_body={"seed": 7})
found["whole"] = [shown(one.b64_json) for one in whole.data]
found["about"] = [whole.size, whole.output_format, whole.background, whole.usage.total_tokens, whole.seed]
found["warned"] = whole.warnings[0]["words"]

url = client.images.generate(model=model, prompt="a hat", response_format="url").data[0].url
found["url"] = shown(url.removeprefix("data:image/png;base64,"))

streamed = []
for event in client.images.generate(model=model, prompt="a hat", n=2, stream=True, partial_images=2):
    if event.type == "image_generation.partial_image":
        streamed.append([event.partial_image_index, event.size, shown(event.b64_json)])
    elif event.type == "image_generation.completed":
        streamed.append([event.size, shown(event.b64_json), event.usage.total_tokens])
found["streamed"] = streamed

png = b"\x89PNG\r\n\x1a\n12345"
source = io.BytesIO(png)
source.name = "picture.png"
varied = client.images.create_variation(model=model, image=source, n=2, size="256x256")
found["varied"] = [shown(one.b64_json) for one in varied.data]


def failure(call):
    try:
        call()
        return "no error"
    except openai.APIStatusError as e:
        return [type(e).__name__, e.status_code, e.code, e.param]


found["size"] = failure(lambda: client.images.generate(model=model, prompt="a hat", size="300x300"))
found["refused"] = failure(lambda: client.images.generate(model=model, prompt="refuse"))
found["refusedStream"] = failure(lambda: list(client.images.generate(model=model, prompt="refuse", stream=True)))
found["wrongKind"] = failure(
    lambda: client.chat.completions.create(model=model, messages=[{"role": "user", "content": "x"}])
)

print(json.dumps(found))
