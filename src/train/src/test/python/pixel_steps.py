"""Writes pixel_steps.safetensors: three training steps of a small pixel transformer in PyTorch.

Usage: python pixel_steps.py ../resources/dev/weir/train/pixel/pixel_steps.safetensors
Needs torch and nothing else. All is computed in float64 and stored as float32; the network is
written from the description in PixelTransformer's and ModelConfig's comments, not from their text.
"""
import json
import math
import struct
import sys

import torch
import torch.nn.functional as F

VALUES, SIDE, COLOURS, WIDTH, INNER, LAYERS, HEADS, D = [2, 3], 4, 5, 8, 12, 2, 2, 4
PIXELS, ATTENDED, BATCH, STEPS = SIDE * SIDE, HEADS * D, 3, 3
RATE, BETAS, EPSILON, DECAY, CLIP, AVERAGE = 1e-2, (0.9, 0.98), 1e-6, 0.1, 0.5, 0.15

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def matrix(*shape):
    # Rounded to float32, so that both sides begin with the same numbers.
    return (torch.randn(*shape) * 0.4).float().double().requires_grad_()


def vector(size):
    return (1 + 0.2 * torch.randn(size)).float().double().requires_grad_()


weights = {
    "condition_table": matrix(sum(v + 1 for v in VALUES), WIDTH),
    "left_table": matrix(COLOURS, WIDTH),
    "above_table": matrix(COLOURS + 1, WIDTH),
    "row_table": matrix(SIDE, WIDTH),
    "column_table": matrix(SIDE, WIDTH),
}
for i in range(LAYERS):
    weights |= {
        f"layers.{i}.attention_norm": vector(WIDTH),
        f"layers.{i}.qkv": matrix(3 * ATTENDED, WIDTH),
        f"layers.{i}.attention_output": matrix(WIDTH, ATTENDED),
        f"layers.{i}.feed_forward_norm": vector(WIDTH),
        f"layers.{i}.gate_up": matrix(2 * INNER, WIDTH),
        f"layers.{i}.down": matrix(WIDTH, INNER),
    }
weights |= {"final_norm": vector(WIDTH), "output": matrix(COLOURS, WIDTH)}


def norm(x, weight):
    return x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * weight


def rotate(x):
    """x: [batch, heads, positions, D]; halves are rotated against each other (llama)."""
    angle = torch.outer(torch.arange(x.shape[2]), 10_000 ** -(torch.arange(0, D, 2) / D))
    a, b = x[..., : D // 2], x[..., D // 2 :]
    return torch.cat([a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()], -1)


def logits(condition, pixels):
    rows, first = [], 0
    for attribute, values in enumerate(VALUES):
        rows.append(weights["condition_table"][first + condition[:, attribute]])
        first += values + 1
    for p in range(PIXELS):  # what the position has that predicts pixel p
        own = rows.pop() if p == 0 else weights["left_table"][pixels[:, p - 1]]
        above = pixels[:, p - SIDE] if p >= SIDE else torch.full((len(pixels),), COLOURS)
        place = weights["row_table"][p // SIDE] + weights["column_table"][p % SIDE]
        rows.append(own + weights["above_table"][above] + place)
    x = torch.stack(rows, 1)
    for i in range(LAYERS):
        w = {k: weights[f"layers.{i}.{k}"] for k in
             ("attention_norm", "qkv", "attention_output", "feed_forward_norm", "gate_up", "down")}
        q, k, v = (norm(x, w["attention_norm"]) @ w["qkv"].T).chunk(3, -1)
        q, k, v = (y.unflatten(-1, (HEADS, D)).transpose(1, 2) for y in (q, k, v))
        mixed = F.scaled_dot_product_attention(rotate(q), rotate(k), v, is_causal=True)
        x = x + mixed.transpose(1, 2).flatten(2) @ w["attention_output"].T
        gate, up = (norm(x, w["feed_forward_norm"]) @ w["gate_up"].T).chunk(2, -1)
        x = x + (F.silu(gate) * up) @ w["down"].T
    return norm(x[:, len(VALUES) - 1 :], weights["final_norm"]) @ weights["output"].T


stored = {f"initial.{name}": w.detach().clone() for name, w in weights.items()}
optimizer = torch.optim.AdamW(
    [
        {"params": [w for w in weights.values() if w.dim() > 1], "weight_decay": DECAY},
        {"params": [w for w in weights.values() if w.dim() == 1], "weight_decay": 0},
    ],
    lr=RATE, betas=BETAS, eps=EPSILON)
average = {name: w.detach().clone() for name, w in weights.items()}
losses, norms = [], []
for step in range(STEPS):
    condition = torch.stack([torch.randint(0, v + 1, (BATCH,)) for v in VALUES], 1)
    pixels = torch.randint(0, COLOURS, (BATCH, PIXELS))
    stored |= {f"condition.{step}": condition, f"pixels.{step}": pixels}
    optimizer.zero_grad()
    loss = F.cross_entropy(logits(condition, pixels).flatten(0, 1), pixels.flatten())
    loss.backward()
    if step == 0:
        stored |= {f"gradient.{name}": w.grad.clone() for name, w in weights.items()}
    losses.append(loss.item())
    norms.append(torch.nn.utils.clip_grad_norm_(weights.values(), CLIP).item())
    optimizer.step()
    stays = min(AVERAGE, (1 + step) / (10 + step))
    for name, w in weights.items():
        average[name] = stays * average[name] + (1 - stays) * w.detach()
stored |= {f"final.{name}": w.detach() for name, w in weights.items()}
stored |= {f"average.{name}": w for name, w in average.items()}
stored |= {"losses": torch.tensor(losses), "norms": torch.tensor(norms)}

header, body = {"__metadata__": {"torch": torch.__version__}}, b""
for name, tensor in stored.items():
    begin, values = len(body), tensor.float().flatten().tolist()
    body += struct.pack(f"<{len(values)}f", *values)
    header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [begin, len(body)]}
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + body)
print(losses, norms, math.log(COLOURS))
