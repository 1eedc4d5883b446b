#!/usr/bin/env bash
# Installs PyTorch and diffusers into a virtual environment of its own, for the benchmarks of models that draw.
# usage: install-pytorch.sh [FOLDER]     (default: ~/.weir/peers)
#
# The wheels come through whatever index pip is set up for and end in FOLDER/pytorch.
set -euo pipefail

folder=$(realpath -m "${1:-$HOME/.weir/peers}")/pytorch
version=${PYTORCH_VERSION:-2.11.0}
diffusers=${DIFFUSERS_VERSION:-0.35.1}

python3 -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check "torch==$version" numpy safetensors "diffusers==$diffusers"
"$folder/bin/python" -c 'import diffusers, torch; print("PyTorch", torch.__version__, "diffusers", diffusers.__version__)'
echo "it is in $folder"
