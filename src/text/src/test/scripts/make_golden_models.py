"""Writes golden/models/NAME: the same tiny random model twice, as transformers saves it
(config.json, model.safetensors) and as llama.cpp's convert_hf_to_gguf.py would write it (NAME.gguf).

Names come from ggml's own TensorNameMap, metadata keys from its GGUFWriter; the permutation of
llama's q and k is checked against the reverse that transformers does when it loads a GGUF.

  pip install gguf==0.19.0 transformers==5.23.0 && python src/text/src/test/scripts/make_golden_models.py
"""

import json
import math
from pathlib import Path

import gguf
import numpy as np
from gguf import MODEL_ARCH, RopeScalingType
from safetensors.numpy import save_file
from transformers.modeling_gguf_pytorch_utils import LlamaTensorProcessor

OUT = Path(__file__).parent.parent / "resources" / "golden" / "models"
HIDDEN, HEADS, KV_HEADS, INNER, LAYERS, VOCABULARY, CONTEXT = 16, 2, 1, 24, 2, 20, 64
random = np.random.default_rng(7)


def matrix(*shape):
    return random.normal(size=shape).astype(np.float16)


def vector(size):
    return random.normal(size=size).astype(np.float32)


def llama_like(head=8, bias=False, qk_norm=False, tied=True):
    tensors = {"model.embed_tokens.weight": matrix(VOCABULARY, HIDDEN)}
    for layer in range(LAYERS):
        p = f"model.layers.{layer}."
        tensors[p + "input_layernorm.weight"] = vector(HIDDEN)
        for name, heads in [("q", HEADS), ("k", KV_HEADS), ("v", KV_HEADS)]:
            tensors[f"{p}self_attn.{name}_proj.weight"] = matrix(heads * head, HIDDEN)
            if bias:
                tensors[f"{p}self_attn.{name}_proj.bias"] = vector(heads * head)
        tensors[p + "self_attn.o_proj.weight"] = matrix(HIDDEN, HEADS * head)
        if qk_norm:
            tensors[p + "self_attn.q_norm.weight"] = vector(head)
            tensors[p + "self_attn.k_norm.weight"] = vector(head)
        tensors[p + "post_attention_layernorm.weight"] = vector(HIDDEN)
        tensors[p + "mlp.gate_proj.weight"] = matrix(INNER, HIDDEN)
        tensors[p + "mlp.up_proj.weight"] = matrix(INNER, HIDDEN)
        tensors[p + "mlp.down_proj.weight"] = matrix(HIDDEN, INNER)
    tensors["model.norm.weight"] = vector(HIDDEN)
    if not tied:
        tensors["lm_head.weight"] = matrix(VOCABULARY, HIDDEN)
    return tensors


def gpt2():
    tensors = {
        "transformer.wte.weight": matrix(VOCABULARY, HIDDEN),
        "transformer.wpe.weight": matrix(CONTEXT, HIDDEN),
    }
    for layer in range(LAYERS):
        p = f"transformer.h.{layer}."
        for norm in ["ln_1", "ln_2"]:
            tensors[f"{p}{norm}.weight"] = vector(HIDDEN)
            tensors[f"{p}{norm}.bias"] = vector(HIDDEN)
        for name, i, o in [
            ("attn.c_attn", HIDDEN, 3 * HIDDEN), ("attn.c_proj", HIDDEN, HIDDEN),
            ("mlp.c_fc", HIDDEN, INNER), ("mlp.c_proj", INNER, HIDDEN),
        ]:
            tensors[f"{p}{name}.weight"] = matrix(i, o)
            tensors[f"{p}{name}.bias"] = vector(o)
    tensors["transformer.ln_f.weight"] = vector(HIDDEN)
    tensors["transformer.ln_f.bias"] = vector(HIDDEN)
    return tensors


def permute(weights, heads):
    """LlamaModel.permute of convert_hf_to_gguf.py."""
    permuted = (
        weights.reshape(heads, 2, weights.shape[0] // heads // 2, *weights.shape[1:])
        .swapaxes(1, 2)
        .reshape(weights.shape)
    )
    back = LlamaTensorProcessor()._reverse_permute_weights(permuted, heads, heads)
    assert (back == weights).all()
    return permuted


def llama3_divisors(rope, head):
    """generate_extra_tensors of convert_hf_to_gguf.py's LlamaModel."""
    factor, low, high = rope["factor"], rope["low_freq_factor"], rope["high_freq_factor"]
    original = rope["original_max_position_embeddings"]
    divisors = []
    for freq in 1.0 / rope["rope_theta"] ** (np.arange(0, head, 2) / head):
        wavelength = 2 * math.pi / freq
        if wavelength < original / high:
            divisors.append(1)
        elif wavelength > original / low:
            divisors.append(factor)
        else:
            smooth = (original / wavelength - low) / (high - low)
            divisors.append(1 / ((1 - smooth) / factor + smooth))
    return np.array(divisors, dtype=np.float32)


def write(name, arch, config, tensors):
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    writer = gguf.GGUFWriter(folder / f"{name}.gguf", gguf.MODEL_ARCH_NAMES[arch])
    writer.add_type("model")
    writer.add_name(name)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_block_count(LAYERS)
    writer.add_head_count(HEADS)
    names = gguf.get_tensor_name_map(arch, LAYERS)
    rope = config.get("rope_parameters")
    if arch == MODEL_ARCH.GPT2:
        writer.add_layer_norm_eps(config["layer_norm_epsilon"])
    else:
        head = config["head_dim"]
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
        writer.add_head_count_kv(KV_HEADS)
        writer.add_key_length(head)
        writer.add_value_length(head)
        writer.add_rope_dimension_count(head)
        writer.add_rope_freq_base(rope["rope_theta"])
        if rope["rope_type"] == "llama3":
            writer.add_tensor("rope_freqs.weight", llama3_divisors(rope, head))
        elif rope["rope_type"] == "yarn":
            writer.add_rope_scaling_type(RopeScalingType.YARN)
            writer.add_rope_scaling_factor(rope["factor"])
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
        elif rope["rope_type"] == "longrope":
            writer.add_rope_scaling_type(RopeScalingType.LONGROPE)
            writer.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])
            writer.add_rope_scaling_attn_factors(rope["attention_factor"])
            for kind in ["long", "short"]:
                writer.add_tensor(
                    f"rope_factors_{kind}.weight",
                    np.array(rope[f"{kind}_factor"], dtype=np.float32),
                )
        elif rope["rope_type"] == "linear":
            writer.add_rope_scaling_type(RopeScalingType.LINEAR)
            writer.add_rope_scaling_factor(rope["factor"])
    for hf, data in tensors.items():
        if arch == MODEL_ARCH.LLAMA and ".q_proj." in hf:
            data = permute(data, HEADS)
        if arch == MODEL_ARCH.LLAMA and ".k_proj." in hf:
            data = permute(data, KV_HEADS)
        if arch == MODEL_ARCH.GPT2 and hf.endswith((".c_attn.weight", ".c_proj.weight", ".c_fc.weight")):
            data = np.ascontiguousarray(data.T)
        ggml = names.get_name(hf, try_suffixes=(".weight", ".bias"))
        writer.add_tensor(ggml, data)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def config(model_type, rope, **more):
    return {
        "model_type": model_type, "hidden_size": HIDDEN, "intermediate_size": INNER,
        "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS,
        "head_dim": 8, "vocab_size": VOCABULARY, "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-5, "rope_parameters": rope, "tie_word_embeddings": True, **more,
    }


LLAMA3 = {
    "rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
    "high_freq_factor": 4.0, "original_max_position_embeddings": 128,
}
YARN = {
    "rope_type": "yarn", "rope_theta": 1000000.0, "factor": 4.0,
    "original_max_position_embeddings": 16,
}
LONGROPE = {
    "rope_type": "longrope", "rope_theta": 10000.0, "attention_factor": 1.25,
    "original_max_position_embeddings": 16,
    "short_factor": [1.0, 1.5, 2.0, 2.5], "long_factor": [2.0, 4.0, 8.0, 16.0],
}
write("llama", MODEL_ARCH.LLAMA, config("llama", LLAMA3, attention_bias=False), llama_like())
write(
    "llama-longrope", MODEL_ARCH.LLAMA,
    config("llama", LONGROPE, tie_word_embeddings=False), llama_like(tied=False),
)
write("qwen2", MODEL_ARCH.QWEN2, config("qwen2", YARN), llama_like(bias=True))
write(
    "qwen3", MODEL_ARCH.QWEN3,
    config("qwen3", {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 2.0}, head_dim=16),
    llama_like(head=16, qk_norm=True),
)
write(
    "gpt2", MODEL_ARCH.GPT2,
    {
        "model_type": "gpt2", "n_embd": HIDDEN, "n_head": HEADS, "n_layer": LAYERS, "n_inner": INNER,
        "n_positions": CONTEXT, "vocab_size": VOCABULARY, "layer_norm_epsilon": 1e-5,
        "tie_word_embeddings": True,
    },
    gpt2(),
)
