"""Writes golden/rope.json: rotary frequencies for configs of every scaling, in both spellings, as
transformers' modeling_rope_utils computes them. Its functions run on numpy float32 in place of
torch, so that this needs no torch.

  pip install numpy transformers==5.23.0 && python src/text/src/test/scripts/make_golden_rope.py
"""

import json
import types
from pathlib import Path

import numpy as np
import transformers.modeling_rope_utils as rope_utils
from transformers import LlamaConfig

OUT = Path(__file__).parent.parent / "resources" / "golden" / "rope.json"


class Array(np.ndarray):
    def to(self, device=None, dtype=None):
        return self.astype(dtype) if dtype else self

    def float(self):
        return self.astype(np.float32)

    def __rpow__(self, base):
        return np.power(np.float32(base), self)


def array(values, dtype=None, device=None):
    return np.asarray(values, dtype=dtype).view(Array)


rope_utils.torch = types.SimpleNamespace(
    int64=np.int64,
    float=np.float32,
    float32=np.float32,
    Tensor=Array,
    arange=lambda *range, dtype=None, device=None: array(np.arange(*range), dtype or np.int64),
    tensor=array,
    clamp=lambda x, low, high: np.clip(x, np.float32(low), np.float32(high)),
    where=lambda condition, a, b: np.where(condition, a, b).view(Array),
    cat=lambda parts, dim: np.concatenate(parts).view(Array),
    zeros=lambda size, dtype=None, device=None: array(np.zeros(size), dtype),
)

SCALINGS = [
    {"rope_type": "linear", "factor": 2.5},
    {"type": "linear", "factor": 4.0},
    {"rope_type": "dynamic", "factor": 3.0},
    {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 512},
    {"rope_type": "yarn", "factor": 40.0, "original_max_position_embeddings": 128,
     "beta_fast": 16.0, "beta_slow": 2.0, "mscale": 0.707, "mscale_all_dim": 1.0},
    {"rope_type": "yarn", "factor": 8.0, "original_max_position_embeddings": 256,
     "attention_factor": 1.5, "truncate": False},
    {"rope_type": "yarn", "factor": 2.0},
    {"rope_type": "longrope", "original_max_position_embeddings": 256,
     "short_factor": [1 + 0.1 * i for i in range(8)],
     "long_factor": [1.5 + i for i in range(8)]},
    {"rope_type": "longrope", "original_max_position_embeddings": 256, "factor": 16.0,
     "attention_factor": 1.1, "short_factor": [1.0] * 8, "long_factor": [3.0] * 8},
    {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
     "original_max_position_embeddings": 64},
    {"rope_type": "proportional", "factor": 2.0, "partial_rotary_factor": 0.5},
    {"rope_type": "linear", "factor": 2.0, "partial_rotary_factor": 0.5},
]
SIZES = {
    "model_type": "llama", "hidden_size": 64, "intermediate_size": 8, "num_hidden_layers": 1,
    "num_attention_heads": 4, "head_dim": 16, "vocab_size": 8, "max_position_embeddings": 1024,
}

cases = []
for scaling in SCALINGS:
    for theta in [10000.0, 500000.0]:
        if "rope_type" in scaling:
            written = {**SIZES, "rope_parameters": {"rope_theta": theta, **scaling}}
        else:
            written = {**SIZES, "rope_theta": theta, "rope_scaling": scaling}
        kind = scaling.get("rope_type") or scaling["type"]
        function = rope_utils.ROPE_INIT_FUNCTIONS[kind]
        config = LlamaConfig(**json.loads(json.dumps(written)))
        lengths = {}
        for length in [200, 256, 257, 1024, 1025, 1500, 4096] if kind in ("dynamic", "longrope") else []:
            lengths[length] = [float(f) for f in function(config, seq_len=length)[0]]
        frequencies, attention = function(config)
        cases.append(
            {
                "config": written,
                "inverse_frequencies": [float(f) for f in frequencies],
                "attention_factor": float(attention),
                "by_length": lengths,
            }
        )
OUT.write_text(json.dumps({"cases": cases}, indent=1) + "\n")
