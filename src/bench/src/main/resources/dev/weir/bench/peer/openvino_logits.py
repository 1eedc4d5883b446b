"""Writes the logits behind every token of given windows, as OpenVINO computes them.

usage: openvino_logits.py MODEL.gguf THREADS <WINDOWS >LOGITS

The pipeline keeps its logits to itself, so it is told to write down the model that it makes of the
file, and that model is compiled for the same device. Windows are lines of token ids; out come the
size of the vocabulary as int32 and a row of float32 for every token.
"""
import os
import sys
import tempfile

# What the library prints must not lie between the logits.
logits = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

import numpy
import openvino
import openvino_genai

model, threads = os.path.abspath(sys.argv[1]), int(sys.argv[2])
windows = [numpy.array([[int(id) for id in line.split()]]) for line in sys.stdin if line.strip()]

with tempfile.TemporaryDirectory() as folder:
    link = os.path.join(folder, "model.gguf")  # the model is written beside the file
    os.symlink(model, link)
    pipeline = openvino_genai.LLMPipeline(link, "CPU", enable_save_ov_model=True)
    del pipeline
    core = openvino.Core()
    compiled = core.compile_model(
        core.read_model(os.path.join(folder, "openvino_model.xml")), "CPU",
        {"INFERENCE_NUM_THREADS": threads})

request = compiled.create_infer_request()
for number, ids in enumerate(windows):
    request.reset_state()
    rows = request.infer({
        "input_ids": ids,
        "attention_mask": numpy.ones_like(ids),
        "position_ids": numpy.arange(ids.shape[1])[None],
        "beam_idx": numpy.zeros(1, numpy.int32)})["logits"][0]
    if number == 0:
        logits.write(numpy.int32(rows.shape[1]).tobytes())
    logits.write(rows.astype(numpy.float32).tobytes())
logits.close()
