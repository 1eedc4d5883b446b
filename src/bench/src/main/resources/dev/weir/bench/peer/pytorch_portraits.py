"""The networks that draw portraits, in PyTorch, behind standard input and output, a JSON object a line.

usage: pytorch_portraits.py THREADS
in:  {"op": "open", "pixel": FOLDER or null, "vae": FILE or null, "diffusion": FILE or null,
      "sizes": [values of each attribute]}
     {"op": "draw", "family": "pixel" | "vae", "conditions": [[value of each attribute], ...]}
     {"op": "steps", "family": "diffusion", "conditions": ..., "steps": evaluations of the network for each}
     {"op": "train", "family": ..., "steps": N, "bfloat16": true | false, "batch": pictures of a step}
out: first {"version": ...}, then for each request {"seconds": ...}

Eager PyTorch as one writes it: weights of a block in one matrix, a cache that is allocated once, no gradients
while drawing, two heads of 64 by baddbmm, softmax and bmm (faster here than scaled_dot_product_attention).
"""
import copy
import json
import math
import os
import sys
import time

import torch
import torch.nn.functional as F
from diffusers.schedulers.scheduling_amused import AmusedScheduler
from safetensors.torch import load_file
from torch import nn

SIDE, COLOURS, WIDTH, INNER, LAYERS, HEADS, HEAD = 16, 256, 128, 384, 4, 2, 64
PIXELS = SIDE * SIDE


def rotary(positions):
    frequency = 10000.0 ** (-torch.arange(0, HEAD, 2) / HEAD)
    angle = torch.arange(positions).unsqueeze(1) * frequency
    return torch.cos(angle), torch.sin(angle)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention_norm = nn.RMSNorm(WIDTH, eps=1e-5)
        self.qkv = nn.Linear(WIDTH, 3 * HEADS * HEAD, bias=False)
        self.output = nn.Linear(HEADS * HEAD, WIDTH, bias=False)
        self.feed_forward_norm = nn.RMSNorm(WIDTH, eps=1e-5)
        self.gate_up = nn.Linear(WIDTH, 2 * INNER, bias=False)
        self.down = nn.Linear(INNER, WIDTH, bias=False)

    def forward(self, x, cosine, sine, mask, cache, start):
        batch, length, _ = x.shape
        y = self.qkv(self.attention_norm(x)).view(batch, length, 3 * HEADS, HEAD).transpose(1, 2)
        a, b = y[:, : 2 * HEADS].chunk(2, -1)
        turned = torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)
        query, key = turned.split(HEADS, 1)
        value = y[:, 2 * HEADS :]
        if cache is not None:
            cache[0][:, :, start : start + length] = key
            cache[1][:, :, start : start + length] = value
            key, value = cache[0][:, :, : start + length], cache[1][:, :, : start + length]
        flat = batch * HEADS
        query, key, value = (t.reshape(flat, -1, HEAD) for t in (query, key, value))
        scale = 1 / math.sqrt(HEAD)
        if mask is None:
            scores = torch.bmm(query, key.transpose(1, 2)) * scale
        else:
            scores = torch.baddbmm(mask.to(query.dtype), query, key.transpose(1, 2), beta=1, alpha=scale)
        mixed = torch.bmm(torch.softmax(scores, -1).to(value.dtype), value)
        mixed = mixed.view(batch, HEADS, length, HEAD).transpose(1, 2).reshape(batch, length, -1)
        x = x + self.output(mixed)
        gate, up = self.gate_up(self.feed_forward_norm(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Pixel(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        self.prefix = len(sizes)
        rows = [0]
        for size in sizes:
            rows.append(rows[-1] + size + 1)
        self.register_buffer("first", torch.tensor(rows[:-1]), persistent=False)
        self.tokens = nn.Embedding(COLOURS + rows[-1], WIDTH)
        self.above = nn.Embedding(COLOURS + 1, WIDTH)  # the last row: there is none above
        self.row = nn.Embedding(SIDE, WIDTH)
        self.column = nn.Embedding(SIDE, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm = nn.RMSNorm(WIDTH, eps=1e-5)
        self.head = nn.Linear(WIDTH, COLOURS, bias=False)
        positions = self.prefix + PIXELS - 1
        cosine, sine = rotary(positions)
        self.register_buffer("cosine", cosine, persistent=False)
        self.register_buffer("sine", sine, persistent=False)
        self.register_buffer(
            "mask", torch.full((positions, positions), -math.inf).triu(1), persistent=False)
        for table in (self.tokens, self.above, self.row, self.column):
            nn.init.normal_(table.weight, std=0.02)

    def words(self, condition):
        return COLOURS + condition + self.first

    def layers(self, x, start, mask, caches):
        length = x.shape[1]
        cosine, sine = self.cosine[start : start + length], self.sine[start : start + length]
        for i, block in enumerate(self.blocks):
            x = block(x, cosine, sine, mask, caches[i] if caches else None, start)
        return x

    def loss(self, condition, pixels):
        batch = pixels.shape[0]
        left = torch.cat([self.words(condition), pixels[:, :-1]], 1)
        none = torch.full((batch, SIDE), self.above.num_embeddings - 1)
        above = self.above(torch.cat([none, pixels[:, :-SIDE]], 1))
        place = (self.row.weight.unsqueeze(1) + self.column.weight.unsqueeze(0)).view(1, PIXELS, WIDTH)
        x = self.tokens(left)
        x = torch.cat([x[:, : self.prefix - 1], x[:, self.prefix - 1 :] + above + place], 1)
        y = self.norm(self.layers(x, 0, self.mask, None)[:, self.prefix - 1 :])
        return F.cross_entropy(self.head(y).float().view(-1, COLOURS), pixels.reshape(-1))

    @torch.inference_mode()
    def draw(self, condition):
        batch = condition.shape[0]
        shape = (batch, HEADS, self.prefix + PIXELS - 1, HEAD)
        caches = [(torch.empty(shape), torch.empty(shape)) for _ in self.blocks]
        pixels = torch.empty(batch, PIXELS, dtype=torch.long)
        none = self.above.weight[-1]
        x = self.tokens(self.words(condition))
        x[:, -1] += none + self.row.weight[0] + self.column.weight[0]
        start, mask = 0, self.mask[: self.prefix, : self.prefix]
        for pixel in range(PIXELS):
            y = self.head(self.norm(self.layers(x, start, mask, caches)[:, -1]))
            pixels[:, pixel] = torch.multinomial(torch.softmax(y, -1), 1).squeeze(1)
            start, mask, following = start + x.shape[1], None, pixel + 1
            if following < PIXELS:
                x = self.tokens(pixels[:, pixel])
                x = x + (none if following < SIDE else self.above(pixels[:, following - SIDE]))
                x = (x + self.row.weight[following // SIDE] + self.column.weight[following % SIDE]).unsqueeze(1)
        return pixels


class Vae(nn.Module):
    def __init__(self, sizes, hidden=384, latent=64, channels=(64, 96, 128), embedding=24):
        super().__init__()
        rows = [0]
        for size in sizes:
            rows.append(rows[-1] + size + 1)
        full, half, small = channels
        self.small = small
        self.register_buffer("first", torch.tensor(rows[:-1]), persistent=False)
        self.condition_table = nn.Embedding(rows[-1], hidden)
        self.colour_table = nn.Embedding(COLOURS, embedding)
        self.encoder_full = nn.Conv2d(embedding, full, 3, 1, 1)
        self.encoder_half = nn.Conv2d(full, half, 3, 2, 1)
        self.encoder_small = nn.Conv2d(half, small, 3, 2, 1)
        self.encoder_hidden = nn.Linear(small * 16, hidden)
        self.encoder_output = nn.Linear(hidden, 2 * latent)
        self.prior_hidden = nn.Linear(hidden, hidden)
        self.prior_output = nn.Linear(hidden, 2 * latent)
        self.decoder_latent = nn.Linear(latent, hidden)
        self.decoder_hidden = nn.Linear(hidden, small * 16)
        self.decoder_small = nn.Conv2d(small, small, 3, 1, 1)
        self.decoder_half = nn.Conv2d(small, half, 3, 1, 1)
        self.decoder_full = nn.Conv2d(half, half, 3, 1, 1)
        self.decoder_colours = nn.Conv2d(half, COLOURS, 1)

    def said(self, condition):
        return self.condition_table(condition + self.first).sum(1)

    def prior(self, said):
        return self.prior_output(F.silu(self.prior_hidden(said))).chunk(2, -1)

    def encode(self, said, pixels):
        x = self.colour_table(pixels).transpose(1, 2).reshape(pixels.shape[0], -1, SIDE, SIDE)
        for layer in (self.encoder_full, self.encoder_half, self.encoder_small):
            x = F.silu(layer(x))
        return self.encoder_output(F.silu(self.encoder_hidden(x.flatten(1)) + said)).chunk(2, -1)

    def decode(self, said, z):
        y = F.silu(self.decoder_hidden(F.silu(self.decoder_latent(z) + said)))
        x = y.view(-1, self.small, 4, 4)
        x = x + F.silu(self.decoder_small(x))
        x = F.silu(self.decoder_half(F.interpolate(x, scale_factor=2)))
        x = F.interpolate(x, scale_factor=2)
        x = x + F.silu(self.decoder_full(x))
        return self.decoder_colours(x)

    def loss(self, condition, pixels):
        said = self.said(condition)
        mean, variance = self.encode(said, pixels)
        prior_mean, prior_variance = self.prior(said)
        z = mean + torch.exp(variance / 2) * torch.randn_like(mean)
        chances = torch.log_softmax(self.decode(said, z).flatten(2).transpose(1, 2).float(), -1)
        reconstruction = -chances.gather(-1, pixels.unsqueeze(-1)).sum((1, 2)).mean()
        gap = mean - prior_mean
        divergence = 0.5 * (
            prior_variance - variance + torch.exp(variance - prior_variance)
            + gap * gap * torch.exp(-prior_variance) - 1).sum(1).mean()
        return (reconstruction + divergence) / PIXELS

    @torch.inference_mode()
    def draw(self, condition):
        said = self.said(condition)
        mean, variance = self.prior(said)
        z = mean + torch.exp(variance / 2) * torch.randn_like(mean)
        return self.decode(said, z).argmax(1)


class Diffusion(nn.Module):
    """Masked diffusion: the same blocks without a mask, and the scheduler of diffusers that unmasks by confidence."""

    def __init__(self, sizes):
        super().__init__()
        self.prefix = len(sizes)
        rows = [0]
        for size in sizes:
            rows.append(rows[-1] + size + 1)
        self.register_buffer("first", torch.tensor(rows[:-1]), persistent=False)
        self.condition_table = nn.Embedding(rows[-1], WIDTH)
        self.colour_table = nn.Embedding(COLOURS + 1, WIDTH)  # the last row: unknown
        self.row_table = nn.Embedding(SIDE, WIDTH)
        self.column_table = nn.Embedding(SIDE, WIDTH)
        self.layers = nn.ModuleList(Block() for _ in range(LAYERS))
        self.final_norm = nn.RMSNorm(WIDTH, eps=1e-5)
        self.output = nn.Linear(WIDTH, COLOURS, bias=False)
        cosine, sine = rotary(self.prefix + PIXELS)
        self.register_buffer("cosine", cosine, persistent=False)
        self.register_buffer("sine", sine, persistent=False)
        for table in (self.condition_table, self.colour_table, self.row_table, self.column_table):
            nn.init.normal_(table.weight, std=0.02)

    def forward(self, condition, pixels):
        place = (self.row_table.weight.unsqueeze(1) + self.column_table.weight.unsqueeze(0)).view(1, PIXELS, WIDTH)
        x = torch.cat([self.condition_table(condition + self.first), self.colour_table(pixels) + place], 1)
        for layer in self.layers:
            x = layer(x, self.cosine, self.sine, None, None, 0)
        return self.output(self.final_norm(x)[:, self.prefix :])

    def loss(self, condition, pixels):
        batch = pixels.shape[0]
        unknown = torch.rand(batch, PIXELS) < torch.rand(batch, 1).clamp(1 / PIXELS)
        logits = self(condition, pixels.masked_fill(unknown, COLOURS)).float()
        losses = F.cross_entropy(logits.view(-1, COLOURS), pixels.reshape(-1), reduction="none")
        counted = losses.view(batch, PIXELS) * unknown
        return (counted.sum(1) / unknown.sum(1).clamp(1)).mean()

    @torch.inference_mode()
    def steps(self, condition, steps):
        scheduler = AmusedScheduler(mask_token_id=COLOURS)
        scheduler.set_timesteps(steps)
        sample = torch.full((condition.shape[0], SIDE, SIDE), COLOURS)
        for time_step in scheduler.timesteps:
            logits = self(condition, sample.flatten(1)).transpose(1, 2).unflatten(2, (SIDE, SIDE))
            sample = scheduler.step(logits, time_step, sample).prev_sample
        return sample


def load_pixel(model, folder):
    stored = load_file(os.path.join(folder, "model.safetensors"))
    state = {
        "tokens.weight": stored["model.embed_tokens.weight"],
        "above.weight": stored["model.above_embedding.weight"],
        "row.weight": stored["model.row_embedding.weight"],
        "column.weight": stored["model.column_embedding.weight"],
        "norm.weight": stored["model.norm.weight"],
        "head.weight": stored["lm_head.weight"],
    }
    for i in range(LAYERS):
        there, here = f"model.layers.{i}.", f"blocks.{i}."
        state[here + "attention_norm.weight"] = stored[there + "input_layernorm.weight"]
        state[here + "feed_forward_norm.weight"] = stored[there + "post_attention_layernorm.weight"]
        state[here + "qkv.weight"] = torch.cat([stored[f"{there}self_attn.{p}_proj.weight"] for p in "qkv"])
        state[here + "output.weight"] = stored[there + "self_attn.o_proj.weight"]
        state[here + "gate_up.weight"] = torch.cat([stored[f"{there}mlp.{p}_proj.weight"] for p in ("gate", "up")])
        state[here + "down.weight"] = stored[there + "mlp.down_proj.weight"]
    model.load_state_dict({name: tensor.float() for name, tensor in state.items()})


def load_vae(model, file):
    stored = load_file(file)
    state = {}
    for name in model.state_dict():
        stem, _, kind = name.rpartition(".")
        table = stem in ("condition_table", "colour_table")
        there = stem if table else stem.replace("_", ".", 1) + "." + kind
        state[name] = stored[there].float()
    model.load_state_dict(state)


def load_diffusion(model, file):
    stored = load_file(file)
    names = {"attention_output": "output"}
    state = {}
    for name in model.state_dict():
        stem = name[: -len(".weight")]
        layer, _, part = stem.rpartition(".")
        there = next((a for a, b in names.items() if layer and b == part), part)
        state[name] = stored[f"{layer}.{there}" if layer else part].float()
    model.load_state_dict(state)


def train(model, sizes, request):
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    batch = request["batch"]
    averaged = copy.deepcopy(model)
    pairs = list(zip(averaged.parameters(), model.parameters()))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.98), fused=True)

    def step():
        condition = torch.stack(
            [torch.randint(0, size + 1, (batch,), generator=generator) for size in sizes], 1)
        pixels = torch.randint(0, COLOURS, (batch, PIXELS), generator=generator)
        with torch.autocast("cpu", torch.bfloat16, enabled=request["bfloat16"]):
            loss = model.loss(condition, pixels)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
        with torch.no_grad():
            torch._foreach_lerp_([a for a, _ in pairs], [p for _, p in pairs], 0.001)

    for _ in range(3):
        step()
    start = time.perf_counter()
    for _ in range(request["steps"]):
        step()
    return time.perf_counter() - start


def main():
    torch.set_num_threads(int(sys.argv[1]))
    print(json.dumps({"version": torch.__version__}), flush=True)
    models, sizes = {}, []
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "open":
            sizes = request["sizes"]
            models = {"pixel": Pixel(sizes), "vae": Vae(sizes), "diffusion": Diffusion(sizes)}
            if request["pixel"]:
                load_pixel(models["pixel"], request["pixel"])
            if request["vae"]:
                load_vae(models["vae"], request["vae"])
            if request["diffusion"]:
                load_diffusion(models["diffusion"], request["diffusion"])
            for model in models.values():
                model.eval()
            seconds = 0.0
        elif request["op"] in ("draw", "steps"):
            condition = torch.tensor(request["conditions"])
            start = time.perf_counter()
            if request["op"] == "draw":
                models[request["family"]].draw(condition)
            else:
                models[request["family"]].steps(condition, request["steps"])
            seconds = time.perf_counter() - start
        else:
            seconds = train(copy.deepcopy(models[request["family"]]).train(), sizes, request)
        print(json.dumps({"seconds": seconds}), flush=True)


main()
