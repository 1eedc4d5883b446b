"""Writes golden/blocks.gguf, random blocks of every tensor type, and golden/blocks.f32, the same
elements as ggml's own Python package dequantises them (little-endian float32, in the file's order).

  pip install gguf==0.19.0 && python src/text/src/test/scripts/make_golden_blocks.py
"""

from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T

OUT = Path(__file__).parent.parent / "resources" / "golden"
ROWS, COLUMNS = 3, 512
# Where the half-precision scales lie in a block: random bytes would make infinities of them.
SCALES = {
    T.Q4_0: [0], T.Q4_1: [0, 2], T.Q5_0: [0], T.Q5_1: [0, 2], T.Q8_0: [0],
    T.Q4_K: [0, 2], T.Q5_K: [0, 2], T.Q6_K: [208],
}

random = np.random.default_rng(20)
writer = gguf.GGUFWriter(OUT / "blocks.gguf", "none")
expected = []


def halves(count):
    """Scales of every size that float16 has, subnormal ones and both signs among them."""
    return (random.choice([-1, 1], count) * 2.0 ** random.uniform(-24, 4, count)).astype(np.float16)


for kind in [T.F32, T.F16, T.BF16, *SCALES]:
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    stored = random.integers(0, 256, (ROWS, COLUMNS // elements * size), dtype=np.uint8)
    if kind in SCALES:
        blocks = stored.reshape(-1, size)
        for at in SCALES[kind]:
            blocks[:, at : at + 2] = halves(len(blocks)).view(np.uint8).reshape(-1, 2)
    elif kind == T.F32:
        stored = random.normal(size=(ROWS, COLUMNS)).astype(np.float32).view(np.uint8)
    elif kind == T.F16:
        stored = halves(ROWS * COLUMNS).view(np.uint8).reshape(ROWS, -1)
    else:  # bfloat16: the upper half of a float32
        values = random.normal(size=(ROWS, COLUMNS)).astype(np.float32)
        stored = (values.view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
    name = f"{kind.name.lower()}.weight"
    data = stored
    if kind == T.F32:
        data = stored.view(np.float32)
    elif kind == T.F16:
        data = stored.view(np.float16)
    writer.add_tensor(name, data, raw_dtype=kind)
    expected.append(gguf.quants.dequantize(data, kind).reshape(-1).astype("<f4"))

writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
np.concatenate(expected).tofile(OUT / "blocks.f32")
