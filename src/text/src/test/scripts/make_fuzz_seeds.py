"""Writes the first inputs of the fuzz tests: small right files, from which the search starts. What
it finds on top is committed beside them by hand.

  pip install gguf==0.19.0 && python src/text/src/test/scripts/make_fuzz_seeds.py
"""

import json
import struct
from pathlib import Path

import gguf
import numpy as np

ROOT = Path(__file__).parent.parent / "resources"
PACKAGE = ROOT / "dev" / "weir" / "text"


def seeds(package, test, method):
    folder = PACKAGE / package / f"{test}Inputs" / method
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def model(path, arch, vocabulary):
    writer = gguf.GGUFWriter(path, arch)
    writer.add_embedding_length(4)
    writer.add_feed_forward_length(8)
    writer.add_block_count(1)
    writer.add_context_length(8)
    writer.add_head_count(2)
    writer.add_head_count_kv(1)
    if arch == "gpt2":
        writer.add_layer_norm_eps(1e-5)
        writer.add_tensor("position_embd.weight", np.zeros((8, 4), np.float32))
    else:
        writer.add_layer_norm_rms_eps(1e-5)
        writer.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        writer.add_rope_scaling_factor(2.0)
        writer.add_rope_freq_base(100.0)
    writer.add_tensor("token_embd.weight", np.zeros((3, 4), np.float16))
    norms = ["output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"]
    if arch == "gpt2":
        shapes = {"attn_qkv": (12, 4), "attn_output": (4, 4), "ffn_up": (8, 4), "ffn_down": (4, 8)}
    else:
        shapes = {
            "attn_q": (4, 4), "attn_k": (2, 4), "attn_v": (2, 4), "attn_output": (4, 4),
            "ffn_gate": (8, 4), "ffn_up": (8, 4), "ffn_down": (4, 8),
        }
    for name in norms:
        writer.add_tensor(f"{name}.weight", np.zeros(4, np.float32))
        if arch == "gpt2":
            writer.add_tensor(f"{name}.bias", np.zeros(4, np.float32))
    for name, shape in shapes.items():
        writer.add_tensor(f"blk.0.{name}.weight", np.zeros(shape, np.float16))
        if arch == "gpt2":
            writer.add_tensor(f"blk.0.{name}.bias", np.zeros(shape[0], np.float32))
    if vocabulary == "gpt2":
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("smollm")
        writer.add_token_list(["a", "b", "ab"])
        writer.add_token_merges(["a b"])
        writer.add_token_types([1, 1, 3])
    elif vocabulary == "llama":
        writer.add_tokenizer_model("llama")
        writer.add_token_list(["<unk>", "<0x0A>", "▁a"])
        writer.add_token_scores([0.0, 0.0, -1.0])
        writer.add_token_types([2, 6, 1])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


folder = seeds("gguf", "GgufFuzzTest", "anyBytesAreRefusedOrAreAModelThatIsComplete")
model(folder / "llama-bpe", "llama", "gpt2")
model(folder / "qwen2-spm", "qwen2", "llama")
model(folder / "gpt2", "gpt2", None)
folder = seeds("gguf", "GgufFuzzTest", "anyBytesAreRefusedOrAreAFileWhoseTensorsCanBeRead")
writer = gguf.GGUFWriter(folder / "blocks", "none")
for kind in [gguf.GGMLQuantizationType.Q4_0, gguf.GGMLQuantizationType.Q6_K]:
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    writer.add_tensor(kind.name, np.zeros((1, size), np.uint8), raw_dtype=kind)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

header = json.dumps(
    {
        "__metadata__": {"format": "pt"},
        "a": {"dtype": "F32", "shape": [2, 4], "data_offsets": [0, 32]},
        "b": {"dtype": "BF16", "shape": [16], "data_offsets": [32, 64]},
        "c": {"dtype": "I64", "shape": [0], "data_offsets": [64, 64]},
    }
).encode()
seeds("safetensors", "SafetensorsFuzzTest", "anyHeaderIsRefusedOrIsOneWhoseTensorsCanBeRead").joinpath(
    "three"
).write_bytes(header)
seeds("safetensors", "SafetensorsFuzzTest", "anyBytesAreRefusedOrAreAFileWhoseTensorsCanBeRead").joinpath(
    "three"
).write_bytes(struct.pack("<Q", len(header)) + header + bytes(64))

folder = seeds("config", "HuggingFaceConfigFuzzTest", "anyBytesAreRefusedOrAreAnArchitectureThatCanBeComputed")
sizes = {
    "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2,
    "vocab_size": 8, "max_position_embeddings": 64,
}
for name, config in {
    "llama3": {"model_type": "llama", **sizes, "rope_parameters": {
        "rope_type": "llama3", "rope_theta": 5e5, "factor": 8, "low_freq_factor": 1,
        "high_freq_factor": 4, "original_max_position_embeddings": 32}},
    "yarn": {"model_type": "mistral", **sizes, "sliding_window": 4, "rope_scaling": {
        "type": "yarn", "factor": 4, "mscale": 1, "mscale_all_dim": 2, "beta_fast": 32}},
    "longrope": {"model_type": "qwen2", **sizes, "use_sliding_window": True, "max_window_layers": 1,
        "rope_scaling": {"rope_type": "longrope", "short_factor": [1, 2], "long_factor": [3, 4],
                         "original_max_position_embeddings": 16}},
    "dynamic": {"model_type": "qwen3", **sizes, "head_dim": 8, "partial_rotary_factor": 0.5,
        "rope_scaling": {"type": "dynamic", "factor": 2.0},
        "layer_types": ["full_attention", "sliding_attention"]},
    "gpt2": {"model_type": "gpt2", "n_embd": 8, "n_layer": 1, "n_head": 2, "vocab_size": 8},
}.items():
    (folder / name).write_text(json.dumps(config))

folder = seeds("tokenizer", "TokenizerFuzzTest", "anyBytesAreRefusedOrAreATokenizerThatWorks")
level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
common = {"version": "1.0", "truncation": None, "padding": None, "post_processor": None}
(folder / "byte-level").write_text(json.dumps({
    **common, "added_tokens": [{
        "id": 3, "content": "<s>", "single_word": False, "lstrip": False, "rstrip": False,
        "normalized": False, "special": True}],
    "normalizer": {"type": "NFC"}, "pre_tokenizer": level, "decoder": level,
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2, "<s>": 3}, "merges": [["a", "b"]]}}))
(folder / "sentence-piece").write_text(json.dumps({
    **common, "added_tokens": [], "pre_tokenizer": None,
    "normalizer": {"type": "Prepend", "prepend": "▁"},
    "decoder": {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"},
        {"type": "Fuse"}, {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "byte_fallback": True, "unk_token": "<unk>",
              "vocab": {"<unk>": 0, "▁": 1, "a": 2, "▁a": 3, "<0x0A>": 4}, "merges": ["▁ a"]}}))
(folder / "unigram").write_text(json.dumps({
    **common, "added_tokens": [], "normalizer": None,
    "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
    "decoder": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always"},
    "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["▁a", -1.0]]}}))
seeds("tokenizer", "TokenizerFuzzTest", "anyVocabularyIsRefusedOrIsATokenizerThatWorks").joinpath(
    "abc"
).write_bytes(b"abc<s>ab\x01\x02\x03\x04")
