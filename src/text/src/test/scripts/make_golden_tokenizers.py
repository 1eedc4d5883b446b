"""Writes golden/tokenizers/NAME.gguf, small vocabularies as GGUFs carry them, and NAME.json, the ids
and texts that other implementations make of awkward texts with them: transformers' GGUF loader for
byte-level BPE, SentencePiece itself for its own model. NAME.tokenizer.json is the same tokenizer as
the tokenizers library saves it.

  pip install gguf==0.19.0 transformers==5.23.0 sentencepiece==0.2.3
  python src/text/src/test/scripts/make_golden_tokenizers.py
"""

import json
import tempfile
from pathlib import Path

import gguf
import sentencepiece
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Regex
from transformers.integrations.gguf.gguf_tokenizer_mapping import (
    GGUF_PRE_TOKENIZER_SPLITS,
    convert_gguf_tokenizer,
)

ROOT = Path(__file__).parents[5]
OUT = Path(__file__).parent.parent / "resources" / "golden" / "tokenizers"
NORMAL, UNKNOWN, CONTROL, USER_DEFINED, BYTE = 1, 2, 3, 4, 6
TEXTS = [
    "", " ", "  ", "Hello, world!", "  leading and trailing  ", "tabs\tand\nnewlines\r\n\n\n x",
    "1234567890 3.14159 1,000,000", "I'm, you'RE, we'll, THEY'VE it's 'S", "naïve café résumé",
    "你好，世界", "こんにちは世界", "안녕하세요", "Привет, мир", "مرحبا بالعالم", "हिन्दी में",
    "👋🏽 family 👨\u200d👩\u200d👧\u200d👦 flags 🇫🇷", "e\u0301 versus é", "CamelCaseWords and SHOUTING",
    "x = foo(bar)[0] // comment\n\t\treturn x;", "zero\u200bwidth\u00a0nbsp", "a/b\n/c", "²³ ½ Ⅷ ٣",
    "\U0001F600" * 3, "word " * 20, "\u0000 control \u007f",
]
CHAT = ["<|start|>user\nhi<|end|>\n", "<think>so</think> done", "a<|end|>b <|start|>"]
CORPUS = (ROOT / "LICENSE").read_text().splitlines() + TEXTS * 3


def cases(encode, decode, texts):
    found = []
    for text in texts:
        ids = encode(text)
        found.append({"text": text, "ids": ids, "decoded": decode(ids)})
    return found


def byte_level(pre):
    """A vocabulary that is trained and spelled as published ones are."""
    own = GGUF_PRE_TOKENIZER_SPLITS.get(pre)
    if own:
        parts = [
            pre_tokenizers.Split(Regex(own), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    else:
        parts = [pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)]
        if pre == "smollm":
            parts.insert(0, pre_tokenizers.Digits(individual_digits=True))
    ignores_merges = pre in ("llama-bpe", "tekken")
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignores_merges))
    tokenizer.normalizer = normalizers.NFC() if pre == "qwen2" else None
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(parts)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=600, special_tokens=["<|text|>", "<|start|>", "<|end|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_tokens([AddedToken("<think>", normalized=False), AddedToken("</think>", normalized=False)])
    tokenizer.save(str(OUT / f"{pre}.tokenizer.json"))

    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    kinds = {"<|text|>": CONTROL, "<|start|>": CONTROL, "<|end|>": CONTROL,
             "<think>": USER_DEFINED, "</think>": USER_DEFINED}
    writer = gguf.GGUFWriter(OUT / f"{pre}.gguf", "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types([kinds.get(token, NORMAL) for token, _ in vocabulary])
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_token_merges([" ".join(merge) for merge in merges])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(2)
    finish(writer)

    metadata = {  # what its reader, which needs torch, would make of the file
        "tokenizer_type": "gpt2", "pre_tokenizer_type": pre,
        "tokens": [token for token, _ in vocabulary], "merges": [" ".join(merge) for merge in merges],
        "token_type": [kinds.get(token, NORMAL) for token, _ in vocabulary],
    }
    reference, _ = convert_gguf_tokenizer("llama", metadata)
    if pre == "qwen2":  # a GGUF does not say so; transformers' own Qwen2Tokenizer normalises
        reference.normalizer = normalizers.NFC()
    if pre == "smollm":  # nor this; published tokenizer.json files of SmolLM have it
        reference.pre_tokenizer = pre_tokenizers.Sequence(parts)
    reference.model.ignore_merges = ignores_merges
    texts = TEXTS + CHAT
    write(
        pre,
        cases(
            lambda text: reference.encode(text, add_special_tokens=False).ids,
            lambda ids: reference.decode(ids, skip_special_tokens=False),
            texts,
        ),
    )
    for case in json.loads((OUT / f"{pre}.json").read_text())["cases"]:
        assert tokenizer.encode(case["text"], add_special_tokens=False).ids == case["ids"], case


def sentence_piece(name, prefix):
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.write_text("\n".join(line.replace("\n", " ") for line in CORPUS))
        sentencepiece.SentencePieceTrainer.train(
            input=str(corpus), model_prefix=f"{folder}/model", model_type="bpe", vocab_size=600,
            byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
            add_dummy_prefix=prefix, character_coverage=0.98, minloglevel=2,
        )
        model = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/model.model")
    ids = range(model.vocab_size())
    kinds = [
        UNKNOWN if model.is_unknown(id) else CONTROL if model.is_control(id)
        else BYTE if model.is_byte(id) else NORMAL
        for id in ids
    ]
    writer = gguf.GGUFWriter(OUT / f"{name}.gguf", "llama")
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([model.id_to_piece(id) for id in ids])
    writer.add_token_scores([model.get_score(id) for id in ids])
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(prefix)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(name.endswith("eos"))
    finish(writer)
    # SentencePiece takes NUL for the end of a text.
    texts = [text for text in TEXTS if "\u0000" not in text]
    write(name, cases(model.encode, model.decode, texts))


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write(name, found):
    (OUT / f"{name}.json").write_text(json.dumps({"cases": found}, indent=1) + "\n")


OUT.mkdir(parents=True, exist_ok=True)
for pre in ["gpt-2", "smollm", "llama-bpe", "qwen2", "tekken"]:
    byte_level(pre)
sentence_piece("spm", True)
sentence_piece("spm-without-prefix-eos", False)
