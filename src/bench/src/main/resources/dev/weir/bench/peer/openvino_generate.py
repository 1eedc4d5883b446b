"""Continuous batching of OpenVINO GenAI behind standard input and output, a JSON object a line.

usage: openvino_generate.py MODEL.gguf THREADS
in:  {"prompts": [[token id, ...], ...], "output": tokens of each}
out: first {"version": ...}, then for each request {"tokens": in all, "seconds": ...}
"""
import json
import sys
import time

import numpy
import openvino
import openvino_genai

model, threads = sys.argv[1], int(sys.argv[2])
scheduler = openvino_genai.SchedulerConfig()
scheduler.enable_prefix_caching = False
pipeline = openvino_genai.ContinuousBatchingPipeline(
    model, scheduler_config=scheduler, device="CPU", properties={"INFERENCE_NUM_THREADS": threads})
print(json.dumps({"version": openvino_genai.__version__}), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    prompts = [openvino.Tensor(numpy.array([ids], dtype=numpy.int64)) for ids in request["prompts"]]
    config = openvino_genai.GenerationConfig(
        max_new_tokens=request["output"], ignore_eos=True, do_sample=False)
    start = time.perf_counter()
    results = pipeline.generate(prompts, [config] * len(prompts))
    seconds = time.perf_counter() - start
    tokens = sum(len(result.m_generation_ids[0]) for result in results)
    print(json.dumps({"tokens": tokens, "seconds": seconds}), flush=True)
